/// Joins stored resources into a searchset Bundle without reading them again.
package struct SearchsetWriter {
    package private(set) var bytes: [UInt8] = []
    private var hasEntries = false
    private let base: [UInt8]

    /// `base` is the FHIR base without a trailing slash, the front of each `fullUrl`. `links` are relation and absolute address.
    package init(base: String, total: Int, lastUpdated: Timestamp, links: [(relation: String, url: String)], reserving capacity: Int) {
        self.base = Array(base.utf8)
        bytes.reserveCapacity(capacity + 600)
        bytes += #"{"resourceType":"Bundle","type":"searchset","meta":{"lastUpdated":""#.utf8
        bytes += lastUpdated.instantBytes
        bytes += #""},"total":"#.utf8
        bytes += String(total).utf8
        bytes += #","link":"#.utf8
        var writer = JSONWriter()
        writer.array { list in
            for link in links {
                list.object { object in
                    object.member("relation", link.relation)
                    object.member("url", link.url)
                }
            }
        }
        bytes += writer.bytes
    }

    package mutating func append(_ type: ResourceType, id: String, body: UnsafeRawBufferPointer) {
        bytes += hasEntries ? #",{"fullUrl":""#.utf8 : #","entry":[{"fullUrl":""#.utf8
        hasEntries = true
        bytes += base
        bytes.append(UInt8(ascii: "/"))
        bytes += type.name.utf8
        bytes.append(UInt8(ascii: "/"))
        bytes += id.utf8
        bytes += #"","resource":"#.utf8
        bytes.append(contentsOf: body)
        bytes += #","search":{"mode":"match"}}"#.utf8
    }

    package consuming func finish() -> [UInt8] {
        bytes += hasEntries ? "]}".utf8 : "}".utf8
        return bytes
    }
}
