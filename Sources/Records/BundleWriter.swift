import Exchange
package import FHIR
package import NIOCore

/// Joins what was found into a searchset Bundle: slices of shelves, sent as they are.
package struct BundleWriter {
    package private(set) var parts: [ByteBuffer] = []
    private var pending: ByteBuffer
    private var isFirst = true
    private let detail: ResourceDetail
    /// Made when a resource has to be read to be cut.
    private lazy var parser = JSONParser()

    /// From here on a slice is sent by itself; smaller ones are cheaper copied together.
    private static let sliceSize = 16 << 10

    package struct Head {
        package let total: Int?
        package let lastUpdated: Timestamp
        package let links: [(relation: String, url: String)]
        package init(total: Int?, lastUpdated: Timestamp, links: [(relation: String, url: String)]) {
            (self.total, self.lastUpdated, self.links) = (total, lastUpdated, links)
        }
    }

    package init(_ head: Head, detail: ResourceDetail = .whole) {
        self.detail = detail
        pending = ByteBufferAllocator().buffer(capacity: 2048)
        var writer = JSONWriter()
        writer.object { bundle in
            bundle.member("resourceType", "Bundle")
            bundle.member("type", "searchset")
            bundle.member("meta", object: { $0.member("lastUpdated", head.lastUpdated.instant) })
            if let total = head.total { bundle.member("total", total) }
            bundle.member(
                "link",
                array: { list in
                    for link in head.links {
                        list.object { object in
                            object.member("relation", link.relation)
                            object.member("url", link.url)
                        }
                    }
                })
        }
        // The object stays open for its entries.
        pending.writeBytes(writer.bytes.dropLast())
    }

    package mutating func append(_ outcome: SearchOutcome) throws {
        for run in outcome.matches {
            if detail == .whole { append(run) } else { for row in run.rows { try append(run.shelf, row, ShelfBuilder.back) } }
        }
        for found in outcome.included { try append(found.shelf, found.row, ShelfBuilder.includedBack) }
    }

    private mutating func append(_ run: SearchOutcome.Run) {
        open()
        let rows = run.shelf.rows
        // Without the comma where nothing stands before it.
        let start = rows[run.rows.lowerBound].start + 1
        add(run.shelf.slice(start, rows[run.rows.upperBound - 1].end))
    }

    private mutating func append(_ shelf: Shelf, _ row: Int, _ back: StaticString) throws {
        open()
        let place = shelf.rows[row]
        if detail == .whole {
            add(shelf.slice(place.start + 1, place.bodyEnd))
        } else {
            add(shelf.slice(place.start + 1, place.bodyStart))
            let parser = parser
            let body = try shelf.withBody(row) { ResourceSubset.write(try parser.parse($0), type: shelf.type, detail: detail) }
            pending.writeBytes(body)
        }
        pending.writeStaticString(back)
    }

    private mutating func open() {
        pending.writeStaticString(isFirst ? #","entry":["# : ",")
        isFirst = false
    }

    private mutating func add(_ slice: ByteBuffer) {
        guard slice.readableBytes >= Self.sliceSize else {
            pending.writeImmutableBuffer(slice)
            return
        }
        if pending.readableBytes > 0 { parts.append(pending) }
        parts.append(slice)
        pending = ByteBufferAllocator().buffer(capacity: 1024)
    }

    /// The whole Bundle, in the order of its parts.
    package consuming func finish() -> [ByteBuffer] {
        pending.writeStaticString(isFirst ? "}" : "]}")
        parts.append(pending)
        return parts
    }
}
