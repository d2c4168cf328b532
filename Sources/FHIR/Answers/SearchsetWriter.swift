/// Joins stored resources into a searchset Bundle without reading them again.
package struct SearchsetWriter<Sink: ByteSink> {
    private var sink: Sink
    private var isFirst = true
    /// What stands before each id: the comma apart, always the same.
    private let front: [UInt8]

    /// `base` is the FHIR base without a trailing slash, the front of each `fullUrl`. `links` are relation and absolute address.
    package init(
        into sink: consuming Sink, base: String, type: ResourceType, total: Int, lastUpdated: Timestamp,
        links: [(relation: String, url: String)]
    ) {
        self.sink = sink
        front = Array(#"{"fullUrl":"\#(base)/\#(type.name)/"#.utf8)
        var head = JSONWriter()
        head.object { bundle in
            bundle.member("resourceType", "Bundle")
            bundle.member("type", "searchset")
            bundle.member("meta", object: { $0.member("lastUpdated", lastUpdated.instant) })
            bundle.member("total", total)
            bundle.member(
                "link",
                array: { list in
                    for link in links {
                        list.object { object in
                            object.member("relation", link.relation)
                            object.member("url", link.url)
                        }
                    }
                })
        }
        // The object stays open for its entries.
        self.sink.append(Array(head.bytes.dropLast()))
    }

    package mutating func append(id: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer) {
        sink.append(isFirst ? #","entry":["# : ",")
        isFirst = false
        sink.append(front)
        sink.append(id)
        sink.append(#"","resource":"#)
        sink.append(body)
        sink.append(#","search":{"mode":"match"}}"#)
    }

    package consuming func finish() -> Sink {
        sink.append(isFirst ? "}" : "]}")
        return sink
    }
}
