/// Where a resource's `meta.versionId` and `meta.lastUpdated` go, found once, so that each version can be written without reading again.
package struct MetaSplice: Sendable {
    /// What `meta` held of the two elements; in order, all from `insertAt` on, in one run of the source.
    private let cuts: [Range<Int>]
    private let insertAt: Int
    private let opening: StaticString
    private let closing: StaticString
    /// The id of a resource that came without one, and where it goes: never between the cuts.
    private let id: (at: Int, bytes: [UInt8])?

    /// `resource` must be an object. What `meta` holds besides the two elements stays as it is, in its order; `missingID` is written into a
    /// resource that has no id of its own.
    package init(_ resource: JSONValue, base: Int = 0, missingID: ResourceID? = nil) {
        let type = resource["resourceType"]
        let ownID = resource["id"]
        id =
            if let missingID, let type, ownID == nil {
                (type.range.upperBound - base, Array(#","id":"\#(missingID.text)""#.utf8))
            } else { nil }
        guard let meta = resource["meta"], meta.isObject else {
            let anchor = ownID ?? type
            cuts = []
            insertAt = (anchor?.range.upperBound ?? resource.range.lowerBound + 1) - base
            opening = anchor == nil ? #""meta":{"# : #","meta":{"#
            closing = anchor == nil ? "}," : "}"
            return
        }
        var cuts: [Range<Int>] = []
        var kept = 0
        var previousEnd = meta.range.lowerBound + 1
        meta.forEachMember { name, value in
            if name.isText("versionId") || name.isText("lastUpdated") || name.isText("_lastUpdated") || name.isText("_versionId") {
                // With its separator: the comma before it, or, for the first that is kept, the one after it.
                cuts.append(previousEnd - base..<value.range.upperBound - base)
            } else {
                if kept == 0, let last = cuts.last {
                    cuts[cuts.count - 1] = last.lowerBound..<name.range.lowerBound - base
                }
                kept += 1
            }
            previousEnd = value.range.upperBound
        }
        self.cuts = cuts
        insertAt = meta.range.lowerBound + 1 - base
        opening = ""
        closing = kept > 0 ? "," : ""
    }

    private static let version: StaticString = #""versionId":""#
    private static let lastUpdated: StaticString = #"","lastUpdated":""#

    /// The first version with a time of 24 characters left open.
    package func writeFirst(_ source: UnsafeRawBufferPointer, into rooms: inout ByteRooms) -> FirstVersion {
        writeFirst(source) { rooms.take($0) }
    }

    /// The same with memory of its own.
    package func writeFirst(_ source: UnsafeRawBufferPointer) -> FirstVersion { writeFirst(source) { ByteRooms.single($0) } }

    private func writeFirst(_ source: UnsafeRawBufferPointer, _ room: (Int) -> BytePiece) -> FirstVersion {
        let inserted =
            opening.utf8CodeUnitCount + Self.version.utf8CodeUnitCount + 1 + Self.lastUpdated.utf8CodeUnitCount
            + FirstVersion.openTime.utf8CodeUnitCount + 1 + closing.utf8CodeUnitCount
        let piece = room(source.count + inserted + (id?.bytes.count ?? 0) - cuts.reduce(0) { $0 + $1.count })
        piece.withBytes { out in
            var filled = 0
            write(source, version: "1", lastUpdated: UnsafeRawBufferPointer(FirstVersion.openTime)) { bytes in
                UnsafeMutableRawBufferPointer(rebasing: out[filled..<filled + bytes.count]).copyMemory(from: bytes)
                filled += bytes.count
            }
        }
        let shift = id.map { $0.at <= insertAt ? $0.bytes.count : 0 } ?? 0
        let versionAt = insertAt + shift + opening.utf8CodeUnitCount + Self.version.utf8CodeUnitCount
        return FirstVersion(piece, versionAt: versionAt, timeAt: versionAt + 1 + Self.lastUpdated.utf8CodeUnitCount)
    }

    /// The resource with these two elements in its `meta`; everything else byte for byte.
    package func write(_ source: UnsafeRawBufferPointer, version: Int, lastUpdated: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(source.count + 100)
        lastUpdated.withUnsafeBytes { time in write(source, version: String(version), lastUpdated: time) { out.append(contentsOf: $0) } }
        return out
    }

    private func write(
        _ source: UnsafeRawBufferPointer, version: String, lastUpdated: UnsafeRawBufferPointer, _ put: (UnsafeRawBufferPointer) -> Void
    ) {
        var at = 0
        func copy(to end: Int) {
            put(UnsafeRawBufferPointer(rebasing: source[at..<end]))
            at = end
        }
        func putID(_ isDue: (Int) -> Bool) {
            guard let id, isDue(id.at) else { return }
            copy(to: id.at)
            id.bytes.withUnsafeBytes(put)
        }
        putID { $0 <= insertAt }
        copy(to: insertAt)
        put(UnsafeRawBufferPointer(opening))
        put(UnsafeRawBufferPointer(Self.version))
        var version = version
        version.withUTF8 { put(UnsafeRawBufferPointer($0)) }
        put(UnsafeRawBufferPointer(Self.lastUpdated))
        put(lastUpdated)
        put(UnsafeRawBufferPointer("\"" as StaticString))
        put(UnsafeRawBufferPointer(closing))
        for cut in cuts {
            copy(to: cut.lowerBound)
            at = cut.upperBound
        }
        putID { $0 > insertAt }
        copy(to: source.count)
    }
}

extension UnsafeRawBufferPointer {
    init(_ text: StaticString) { self.init(start: text.utf8Start, count: text.utf8CodeUnitCount) }
}
