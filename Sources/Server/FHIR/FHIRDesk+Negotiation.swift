import FHIR
import Trust

extension FHIRDesk {
    /// JSON in any of its names; `_format` counts before `Accept` (FHIR R4 http §3.1.0.1.10).
    func negotiate(_ call: FHIRCall) throws {
        let accepts: Bool
        if let query = call.query, Self.mayName("format", query), let format = Self.parameter("_format", query) {
            // A client that does not encode the plus of fhir+json sends a space.
            accepts = Self.isJSON(String(format.map { $0 == " " ? "+" : $0 }))
        } else if let accept = call.accept, accept != "*/*" {
            accepts = accept.split(separator: ",").contains { Self.isJSON(String($0)) }
        } else {
            accepts = true
        }
        guard accepts else {
            throw FHIRRefusal(.outcome(406, .notSupported, "This server writes JSON only: application/fhir+json."))
        }
    }

    func isPretty(_ call: FHIRCall) -> Bool { call.query.flatMap { Self.parameter("_pretty", $0) } == "true" }

    /// A quick look whether a query may have this parameter; it never misses one, since any of its letters may be escaped.
    private static func mayName(_ name: StaticString, _ query: String) -> Bool {
        var query = query
        return query.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            return bytes.contains(name) || bytes.contains("%6") || bytes.contains("%7")
        }
    }

    static func parameter(_ name: String, _ query: String) -> String? {
        (try? FormParameters(query: query))?.pairs.first { $0.name == name }?.value
    }

    private static func isJSON(_ text: String) -> Bool {
        let bytes = text.utf8.filter { $0 != 0x20 }.prefix { $0 != 0x3B }.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        return names.contains { $0.elementsEqual(bytes) }
    }

    private static let names = ["*/*", "application/*", "application/fhir+json", "application/json", "text/json", "json"].map {
        Array($0.utf8)
    }
}
