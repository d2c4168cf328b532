/// Where a resource's `meta.versionId` and `meta.lastUpdated` go, found once, so that each version can be written without reading again.
package struct MetaSplice: Sendable {
    /// Bytes up to the place, and from it on; between them stand the two elements.
    private let cuts: [Range<Int>]
    private let insertAt: Int
    private let opening: [UInt8]
    private let closing: [UInt8]
    /// The id of a resource that came without one, and where it goes.
    private let id: (at: Int, bytes: [UInt8])?

    /// `resource` must be an object. What `meta` holds besides the two elements stays as it is, in its order; `missingID` is written into a
    /// resource that has no id of its own.
    package init(_ resource: JSONValue, base: Int = 0, missingID: ResourceID? = nil) {
        let type = resource["resourceType"]
        id =
            if let missingID, let type, resource["id"] == nil {
                (type.range.upperBound - base, Array(#","id":"\#(missingID.text)""#.utf8))
            } else { nil }
        guard let meta = resource["meta"], meta.isObject else {
            let anchor = resource["id"] ?? type
            cuts = []
            insertAt = (anchor?.range.upperBound ?? resource.range.lowerBound + 1) - base
            opening = anchor == nil ? Array(#""meta":{"#.utf8) : Array(#","meta":{"#.utf8)
            closing = Array((anchor == nil ? "}," : "}").utf8)
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
        opening = []
        closing = kept > 0 ? [UInt8(ascii: ",")] : []
    }

    /// The first version with a time of 24 characters left open, and where that stands.
    package func writeFirst(_ source: UnsafeRawBufferPointer) -> FirstVersion {
        let open = FirstVersion.open
        let body = write(source, version: 1, lastUpdated: open)
        // Everything before the place keeps its length but the id, and the cuts lie behind it or are counted out.
        var at = insertAt + opening.count + Self.version.count
        if let id, id.at <= insertAt { at += id.bytes.count }
        for cut in cuts where cut.upperBound <= insertAt { at -= cut.count }
        return FirstVersion(body: body, versionAt: at, timeAt: at + 1 + Self.lastUpdated.count)
    }

    private static let version = Array(#""versionId":""#.utf8)
    private static let lastUpdated = Array(#"","lastUpdated":""#.utf8)

    /// The resource with these two elements in its `meta`; everything else byte for byte.
    package func write(_ source: UnsafeRawBufferPointer, version: Int, lastUpdated: [UInt8]) -> [UInt8] {
        var splice = ByteSplice()
        if let id { splice.replace(id.at..<id.at, with: id.bytes) }
        var inserted = opening
        inserted += Self.version
        inserted += String(version).utf8
        inserted += Self.lastUpdated
        inserted += lastUpdated
        inserted.append(UInt8(ascii: "\""))
        inserted += closing
        splice.replace(insertAt..<insertAt, with: inserted)
        for cut in cuts where !cut.isEmpty { splice.replace(cut, with: []) }
        return splice.apply(to: source)
    }
}
