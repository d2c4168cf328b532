import CSimdJSON

/// Reads FHIR JSON with simdjson; one thread uses one parser at a time.
///
/// It is the only reader of FHIR JSON in the house: it refuses duplicate names, nesting over 32 and invalid UTF-8, so that what one part
/// checked another cannot read differently.
package final class JSONParser {
    private let json: OpaquePointer

    package init() {
        guard let json = pb_json_create() else { preconditionFailure("No memory for a JSON parser.") }
        self.json = json
    }

    deinit { pb_json_destroy(json) }

    /// The document's root; it and all reached from it are valid until this parser's next `parse` and as long as someone holds the parser.
    package func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONProblem) -> JSONValue {
        guard let base = bytes.baseAddress else { throw .empty }
        var position: UInt32 = 0
        let code = pb_json_parse(json, base.assumingMemoryBound(to: UInt8.self), bytes.count, &position)
        guard code == 0 else { throw JSONProblem(code: code, position: Int(position)) }
        var count = 0
        guard let nodes = pb_json_nodes(json, &count), let source = pb_json_source(json) else { throw .outOfMemory }
        return JSONValue(nodes: nodes, source: source, unescaped: pb_json_unescaped(json), index: 0)
    }

    /// Parses and hands the root to `body`, the shape in which nothing can outlive its bytes.
    package func withDocument<T>(_ bytes: [UInt8], _ body: (JSONValue) throws -> T) throws -> T {
        try bytes.withUnsafeBytes { try withDocument($0, body) }
    }

    package func withDocument<T>(_ bytes: UnsafeRawBufferPointer, _ body: (JSONValue) throws -> T) throws -> T {
        try withExtendedLifetime(self) { try body(try parse(bytes)) }
    }
}
