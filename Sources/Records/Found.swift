import Exchange
package import FHIR
package import NIOCore

extension RecordReader {
    /// A resource that may be sent: a row of some shelf.
    package struct Found {
        package let shelf: Shelf
        package let row: Int

        package var type: ResourceType { shelf.type }
        package var version: Int { shelf.rows[row].version }
        package var lastUpdated: Timestamp { shelf.rows[row].lastUpdated }
        package var body: ByteBuffer { shelf.body(row) }

        /// Its `Type/id`.
        var reference: Reference? { shelf.withID(row) { ResourceID($0) }.map { Reference(type, $0) } }

        /// The order of what comes along with a page: by type, then by id.
        func precedes(_ other: Found) -> Bool {
            guard type == other.type else { return type.rawValue < other.type.rawValue }
            return shelf.withID(row) { id in other.shelf.withID(other.row) { id.lexicographicallyPrecedes($0) } }
        }
    }

    /// A shelf of resources that stand in others.
    static func shelf(of found: [Found], _ type: ResourceType, base: String) -> Shelf {
        var builder = ShelfBuilder(type, base: base)
        for one in found.sorted(by: { $0.precedes($1) }) {
            one.shelf.withID(one.row) { id in
                one.shelf.withBody(one.row) { body in
                    builder.append(StoredResource(id: id, version: one.version, lastUpdated: one.lastUpdated, body: body))
                }
            }
        }
        return builder.finish()
    }
}
