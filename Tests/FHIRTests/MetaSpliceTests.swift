import FHIR
import Testing

@Suite("Writing version and time into meta")
struct MetaSpliceTests {
    static let stamp = #""versionId":"7","lastUpdated":"T""#

    func write(_ source: String) throws -> String {
        try parsed(source) { root in
            text(MetaSplice(root, base: root.range.lowerBound).write(root.bytes, version: 7, lastUpdated: Array("T".utf8)))
        }
    }

    @Test(
        "Only the two elements of meta change",
        arguments: [
            // No meta: it follows the id, or the type when there is no id, or stands first.
            (#"{"resourceType":"Basic","id":"a","x":1.50}"#, #"{"resourceType":"Basic","id":"a","meta":{S},"x":1.50}"#),
            (#"{"id":"a","resourceType":"Basic"}"#, #"{"id":"a","meta":{S},"resourceType":"Basic"}"#),
            (#"{"resourceType":"Basic","x":[1.0]}"#, #"{"resourceType":"Basic","meta":{S},"x":[1.0]}"#),
            (#"{"resourceType":"Basic"}"#, #"{"resourceType":"Basic","meta":{S}}"#),
            (#"{"x":1}"#, #"{"meta":{S},"x":1}"#),
            // Empty, or nothing but the two.
            (#"{"id":"a","meta":{}}"#, #"{"id":"a","meta":{S}}"#), (#"{"id":"a","meta":{ }}"#, #"{"id":"a","meta":{S }}"#),
            (#"{"id":"a","meta":{"versionId":"1"}}"#, #"{"id":"a","meta":{S}}"#),
            (#"{"id":"a","meta":{"lastUpdated":"x"}}"#, #"{"id":"a","meta":{S}}"#),
            (#"{"meta":{"versionId":"1","lastUpdated":"x"},"id":"a"}"#, #"{"meta":{S},"id":"a"}"#),
            // Something else is kept: first, last, between, around.
            (#"{"meta":{"versionId":"1","p":1.0}}"#, #"{"meta":{S,"p":1.0}}"#),
            (#"{"meta":{"lastUpdated":"x","versionId":"1","p":1.0,"q":2}}"#, #"{"meta":{S,"p":1.0,"q":2}}"#),
            (#"{"meta":{"p":1.0,"versionId":"1"}}"#, #"{"meta":{S,"p":1.0}}"#),
            (#"{"meta":{"p":1.0,"versionId":"1","lastUpdated":"x"}}"#, #"{"meta":{S,"p":1.0}}"#),
            (#"{"meta":{"p":1.0,"lastUpdated":"x","q":2}}"#, #"{"meta":{S,"p":1.0,"q":2}}"#),
            (#"{"meta":{"versionId":"1","p":1.0,"lastUpdated":"x","q":2}}"#, #"{"meta":{S,"p":1.0,"q":2}}"#),
            (#"{"meta":{"versionId":"1","p":1.0,"lastUpdated":"x"}}"#, #"{"meta":{S,"p":1.0}}"#),
            (#"{"meta":{"p":1.0}}"#, #"{"meta":{S,"p":1.0}}"#),
            // Their extensions go with them.
            (
                #"{"meta":{"_lastUpdated":{"id":"1"},"lastUpdated":"x","p":[],"_versionId":{"id":"2"}}}"#, #"{"meta":{S,"p":[]}}"#
            ),
            // Escapes name the same element.
            (#"{"m\u0065ta":{"v\u0065rsionId":"1","p":1}}"#, #"{"m\u0065ta":{S,"p":1}}"#),
            // Pretty-printed: the rest keeps its lines.
            (
                "{\n  \"id\" : \"a\",\n  \"meta\" : {\n    \"versionId\" : \"1\",\n    \"p\" : [ 1.0 ]\n  },\n  \"n\" : 1.50\n}",
                "{\n  \"id\" : \"a\",\n  \"meta\" : {S,\"p\" : [ 1.0 ]\n  },\n  \"n\" : 1.50\n}"
            ),
            (
                "{\n  \"meta\" : {\n    \"p\" : 1 ,\n    \"versionId\" : \"1\"\n  }\n}", "{\n  \"meta\" : {S,\n    \"p\" : 1\n  }\n}"
            ),
            // A meta that is not the resource's own is left alone.
            (#"{"id":"a","contained":[{"meta":{"versionId":"1"}}]}"#, #"{"id":"a","meta":{S},"contained":[{"meta":{"versionId":"1"}}]}"#),
        ])
    func table(_ row: (source: String, expected: String)) throws {
        let written = try write(row.source)
        #expect(written == row.expected.replacing("{S", with: "{" + Self.stamp))
        try parsed(written) { root in
            #expect(root["meta"]?["versionId"]?.string == "7")
            #expect(root["meta"]?["lastUpdated"]?.string == "T")
        }
    }

    @Test("Writing twice is writing once")
    func twice() throws {
        let once = try write(#"{"resourceType":"Basic","id":"a","meta":{"profile":["p"]},"x":1.50}"#)
        #expect(try write(once) == once)
    }

    @Test("Whatever the shape, all but the two elements stay byte for byte", arguments: 0..<400)
    func property(_ seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        func space() -> String { dice.chance(30) ? dice.pick([" ", "\n  ", "\t", "\r\n"]) : "" }
        func value() -> String {
            dice.pick([
                "1.50", "\"x\"", "\"\\u00e9,{\\\"\"", "null", "true", "[ ]", "{ }", "[1.0,{\"versionId\":\"9\"}]",
                "{\"lastUpdated\":\"no\"}",
            ])
        }
        func object(_ members: [(String, String)]) -> String {
            "{" + space() + members.map { "\"\($0.0)\"" + space() + ":" + space() + $0.1 + space() }.joined(separator: "," + space()) + "}"
        }
        let metaNames = ["versionId", "lastUpdated", "profile", "tag", "source", "_lastUpdated"].shuffled(using: &dice)
            .filter { _ in dice.chance(50) }
        var members = [("resourceType", "\"Basic\"")]
        if dice.chance(80) { members.append(("id", "\"a\"")) }
        for name in ["x", "y", "z"] where dice.chance(60) { members.append((name, value())) }
        let hasMeta = dice.chance(80)
        if hasMeta { members.append(("meta", object(metaNames.map { ($0, value()) }))) }
        members.shuffle(using: &dice)
        let source = space() + object(members) + space()

        let written = try write(source)
        func outline(_ root: JSONValue) -> (rest: [String], meta: [String]) {
            var rest: [String] = []
            var meta: [String] = []
            root.forEachMember { name, value in
                guard name.isText("meta") else { return rest.append(text(name.bytes) + text(value.bytes)) }
                value.forEachMember { name, value in
                    let isStamp = ["versionId", "lastUpdated", "_versionId", "_lastUpdated"].contains(name.string)
                    if !isStamp { meta.append(text(name.bytes) + text(value.bytes)) }
                }
            }
            return (rest, meta)
        }
        let before = try parsed(source) { root in
            let end = root["meta"].map { text(root.bytes.dropFirst($0.range.upperBound - root.range.lowerBound)) }
            let start = root["meta"].map { text(root.bytes.prefix($0.range.lowerBound - root.range.lowerBound)) }
            return (outline: outline(root), start: start, end: end)
        }
        try parsed(written) { root in
            #expect(root["meta"]?["versionId"]?.string == "7")
            #expect(root["meta"]?["lastUpdated"]?.string == "T")
            let after = outline(root)
            #expect(after.rest == before.outline.rest)
            #expect(after.meta == before.outline.meta)
        }
        if let start = before.start, let end = before.end {
            #expect(written.hasPrefix(start))
            #expect(written.hasSuffix(end))
        }
    }
}
