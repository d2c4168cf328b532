import FHIR
import Foundation
import Testing

@Suite("Reading JSON")
struct JSONParserTests {
    @Test("Every kind of value is told apart and keeps its own bytes")
    func kinds() throws {
        try parsed(#" {"o":{"x":1}, "a":[1,2] ,"s":"hé", "n":-1.50E+2 , "t":true,"f":false , "z":null}  "#) { root in
            #expect(root.kind == .object)
            #expect(root.count == 7)
            let rows: [(String, JSONValue.Kind, String)] = [
                ("o", .object, #"{"x":1}"#), ("a", .array, "[1,2]"), ("s", .string, #""hé""#), ("n", .number, "-1.50E+2"),
                ("t", .true, "true"), ("f", .false, "false"), ("z", .null, "null"),
            ]
            for (name, kind, bytes) in rows {
                let value = try #require(root.member(name))
                #expect(value.kind == kind)
                #expect(text(value.bytes) == bytes)
            }
            #expect(root["missing"] == nil)
            #expect(root["s"]?["inside"] == nil)
        }
    }

    @Test("A value's range is its place in the source, also between spaces and line ends")
    func ranges() throws {
        let source = "\n{\r\n  \"a\" : [ 1.0 ,\t\"x\\ny\" , { } , [ ] ] ,\n  \"b\" : \"\\u00e9\"\n}\n"
        let bytes = Array(source.utf8)
        try JSONParser().withDocument(bytes) { root in
            var found: [String] = []
            root.forEachDescendant { found.append(text(bytes[$0.range])) }
            #expect(
                found == [
                    source.trimmingCharacters(in: .whitespacesAndNewlines), "\"a\"", "[ 1.0 ,\t\"x\\ny\" , { } , [ ] ]", "1.0", #""x\ny""#,
                    "{ }",
                    "[ ]", "\"b\"", #""\u00e9""#,
                ])
        }
    }

    @Test(
        "Numbers keep their bytes",
        arguments: [
            "0", "-0", "1.50", "1.0", "100.000", "1e5", "1E-7", "-12.3400", "0.10", "9007199254740993", "18446744073709551615",
            "-9223372036854775808", "0.1000000000000000055511151231257827", "1.7976931348623157e308",
        ])
    func numbers(_ number: String) throws {
        try parsed("[ \(number) ]") { #expect($0.first?.token == number) }
        try parsed(number) { #expect($0.token == number) }
    }

    @Test(
        "What is no number is refused",
        arguments: ["01", "1.", ".5", "+1", "1e", "0x10", "NaN", "Infinity", "1_000", "--1", "1e400", "99999999999999999999999"])
    func badNumbers(_ number: String) {
        #expect(problem("[\(number)]") != nil)
    }

    @Test("A number too large to hold is said to be that")
    func largeNumbers() {
        #expect(problem("[1e400]") == .numberOutOfRange)
        #expect(problem("[99999999999999999999999]") == .numberOutOfRange)
    }

    @Test(
        "Strings are read without their escapes",
        arguments: [
            (#""""#, ""), (#""plain""#, "plain"), (#""a\"b""#, "a\"b"), (#""\\""#, "\\"), (#""\/\b\f\n\r\t""#, "/\u{8}\u{C}\n\r\t"),
            (#""\u00e9""#, "é"), (#""\u0001""#, "\u{1}"), (#""\ud83d\ude00!""#, "😀!"), (#""😀""#, "😀"), (#""\uFFFF""#, "\u{FFFF}"),
        ])
    func strings(_ row: (source: String, meaning: String)) throws {
        try parsed("{\"v\":\(row.source)}") { root in
            let value = try #require(root["v"])
            #expect(value.string?.utf8.elementsEqual(row.meaning.utf8) == true)
            #expect(text(value.bytes) == row.source)
        }
    }

    @Test("A text is compared by what it says, not by how it is written")
    func sameText() throws {
        try parsed(#"{"resourc\u0065Type":"P\u0061tient","empty":""}"#) { root in
            #expect(root["resourceType"]?.isText("Patient") == true)
            #expect(root["resourceType"]?.isText("Patien") == false)
            #expect(root["empty"]?.isText("") == true)
            #expect(root["empty"]?.isText("x") == false)
        }
    }

    @Test(
        "The same name twice in one object is refused",
        arguments: [
            #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#, #"[{"x":{"b":0,"c":1,"b":2}}]"#, #"{"":1,"":2}"#,
            #"{"é":1,"\u00e9":2}"#,
        ])
    func duplicates(_ source: String) {
        guard case .duplicateName = problem(source) else {
            Issue.record("\(source) was not refused as a duplicate: \(String(describing: problem(source)))")
            return
        }
    }

    @Test("The same name twice is found among many names, wherever the two stand", arguments: [(0, 39), (17, 18), (5, 38), (38, 39)])
    func duplicatesAmongMany(_ pair: (Int, Int)) {
        var names = (0..<40).map { "\"name\($0)\"" }
        #expect(problem("{" + names.map { $0 + ":1" }.joined(separator: ",") + "}") == nil)
        names[pair.1] = "\"\\u006eame\(pair.0)\""
        guard case .duplicateName = problem("{" + names.map { $0 + ":1" }.joined(separator: ",") + "}") else {
            Issue.record("Names \(pair) were not found to be the same.")
            return
        }
    }

    @Test(
        "Names that only look alike are different names",
        arguments: [#"{"a":1,"A":2}"#, #"{"a":{"a":1},"b":{"a":1}}"#, "{\"\u{E9}\":1,\"e\u{301}\":2}"])
    func notDuplicates(_ source: String) { #expect(problem(source) == nil) }

    @Test("32 levels are read, 33 are not")
    func depth() {
        func nested(_ open: String, _ close: String, _ depth: Int, _ inner: String = "") -> String {
            String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
        }
        #expect(problem(nested("[", "]", 32)) == nil)
        #expect(problem(nested("[", "]", 33)) == .tooDeep)
        #expect(problem(nested(#"{"a":"#, "}", 32, "1")) == nil)
        #expect(problem(nested(#"{"a":"#, "}", 33, "1")) == .tooDeep)
        #expect(problem(nested(#"[{"a":"#, "}]", 16, "1")) == nil)
        #expect(problem(nested(#"[{"a":"#, "}]", 16, "[]")) == .tooDeep)
        #expect(problem(nested("[", "]", 100_000)) == .tooDeep)
    }

    @Test(
        "Half a surrogate pair and U+0000 are refused",
        arguments: [
            #"["\ud800"]"#, #"["\udc00"]"#, #"["x\udfffy"]"#, #"["\ud83d\u0041"]"#, #"["\ude00\ud83d"]"#, #"["\u0000"]"#, #"["a\u0000b"]"#,
            #"{"a\u0000":1}"#, #"{"\ud800":1}"#, "[\"a\u{0}b\"]",
        ])
    func forbiddenCharacters(_ source: String) { #expect(problem(source) != nil) }

    @Test("U+0000 is said to be that")
    func zero() {
        guard case .forbiddenCharacter = problem(#"["\u0000"]"#) else {
            Issue.record("U+0000 was not named.")
            return
        }
    }

    @Test(
        "Bytes that are not UTF-8 are refused, in values and in names",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE9],
        ] as [[UInt8]])
    func notUTF8(_ bytes: [UInt8]) {
        #expect(problem(Array("[\"".utf8) + bytes + Array("\"]".utf8)) == .notUTF8)
        #expect(problem(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) == .notUTF8)
    }

    @Test("A byte order mark does not move the values: it is refused or counted")
    func byteOrderMark() throws {
        let bytes = [0xEF, 0xBB, 0xBF] + Array(#"{"id":"x","n":1.50}"#.utf8)
        do {
            try JSONParser().withDocument(bytes) { root in
                #expect(root["id"]?.string == "x")
                #expect(root["n"]?.token == "1.50")
                let range = try #require(root["id"]).range
                #expect(text(bytes[range]) == "\"x\"")
            }
        } catch is JSONProblem {}
    }

    @Test(
        "What is cut off, or goes on after its end, is refused",
        arguments: [
            "{", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,]", "[1 2]", "{} {}", "{}x", "[1]]", "\"abc", "tru",
            "nul",
            "{'a':1}", "{a:1}", "[1]// no", "{\"a\" 1}", "[\"\\x\"]", "[\"\\u12\"]", "[\"a\nb\"]", "}", ",", ":", "{\"a\":1}\u{0}",
        ])
    func syntax(_ source: String) { #expect(problem(source) != nil) }

    @Test("Nothing at all is said to be empty")
    func empty() {
        #expect(problem("") == .empty)
        #expect(problem(" \n ") == .empty)
    }

    @Test("A parser goes on after every kind of error")
    func reuse() throws {
        let parser = JSONParser()
        for bad in ["{", #"{"a":1,"a":2}"#, String(repeating: "[", count: 40), "[1e999]", #"["\ud800"]"#, "", "[\u{1}]"] {
            #expect(problem(Array(bad.utf8), parser: parser) != nil)
            try parser.withDocument(Array(#"{"id":"ok\n","n":[1.50]}"#.utf8)) { root in
                #expect(root["id"]?.string == "ok\n")
                #expect(root["n"]?.first?.token == "1.50")
            }
        }
    }

    @Test("A small document after a very large one is read right, and the large one again")
    func largeThenSmall() throws {
        let parser = JSONParser()
        let long = String(repeating: "x", count: 1000)
        let large = Array(("[" + (0..<12_000).map { "{\"n\":\($0),\"s\":\"\(long)\"}" }.joined(separator: ",") + "]").utf8)
        for _ in 0..<2 {
            try parser.withDocument(large) { root in
                #expect(root.count == 12_000)
                var last: JSONValue?
                root.forEachElement { last = $0 }
                #expect(last?["n"]?.token == "11999")
                #expect(last?["s"]?.text?.count == 1000)
            }
            try parser.withDocument(Array(#"{"a":[1,{"b":"\u00e9"}]}"#.utf8)) { root in
                var strings: [String] = []
                root.forEachDescendant { if let text = $0.string { strings.append(text) } }
                #expect(strings == ["a", "b", "é"])
            }
        }
    }

    @Test("One element stands for a list of one, as FHIR's paths read it")
    func elements() throws {
        try parsed(#"{"one":{"x":1},"many":[{"x":2},{"x":3}],"none":[]}"#) { root in
            var seen: [String] = []
            for name in ["one", "many", "none"] { root.member(name)?.forEachElement { seen.append($0["x"]?.token ?? "?") } }
            #expect(seen == ["1", "2", "3"])
            #expect(root["one"]?.first?["x"]?.token == "1")
            #expect(root["none"]?.first == nil)
        }
    }
}
