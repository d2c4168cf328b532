import FHIR
import Testing

@Suite("Reading a search")
struct SearchQueryTests {
    typealias Parameters = [(name: String, value: String)]

    struct Unexpected: Error {}

    /// 2026-11-24T00:00:00Z.
    static let context = SearchContext(now: Timestamp(milliseconds: 1_795_478_400_000), base: "http://localhost/demo/r4")

    func query(_ type: ResourceType, _ parameters: Parameters, isStrict: Bool = false) throws -> SearchQuery {
        try SearchQuery(type: type, parameters: parameters, context: Self.context, isStrict: isStrict)
    }

    func problem(_ type: ResourceType, _ parameters: Parameters, isStrict: Bool = false) -> SearchProblem? {
        do throws(SearchProblem) {
            _ = try SearchQuery(type: type, parameters: parameters, context: Self.context, isStrict: isStrict)
            return nil
        } catch { return error }
    }

    // MARK: What is refused

    @Test(
        "A search that cannot be answered is refused with the parameter at fault",
        arguments: [
            ("date", "yesterday", SearchProblem.Code.invalid), ("date", "xx2011", .invalid), ("date", "ge", .invalid),
            ("date", "2011-02-30", .invalid),
            ("code", "a|b|c", .invalid), ("code", "|", .invalid), ("code", ",", .invalid), ("status:missing", "maybe", .invalid),
            ("code:in", "http://set", .notSupported), ("code:of-type", "a|b|c", .notSupported), ("date:not", "2011", .notSupported),
            ("encounter:contains", "x", .notSupported), ("patient", ",", .invalid), ("value-quantity", "much", .invalid),
            ("value-quantity", "5|mg", .invalid), ("encounter:Patient.name", "x", .invalid), ("encounter.flavour", "x", .notSupported),
            ("_has:Observation", "x", .invalid), ("_has:Encounter:patient:status", "x", .invalid), ("_total", "some", .invalid),
            ("_sort", "flavour", .notSupported), ("_include", "Observation", .invalid), ("_include", "Observation:code", .notSupported),
            ("_revinclude", "Nothing:target", .invalid),
            ("_count", "abc", .invalid), ("_count", "-1", .invalid), ("_count", "1.5", .invalid), ("_count", "1234567", .invalid),
            ("_count", "١", .invalid),
            ("_lastUpdated", "soon", .invalid), ("_lastUpdated", ",", .invalid), ("_lastUpdated:not", "2011", .notSupported),
            ("_id:not", "1", .notSupported),
            ("_summary", "some", .invalid),
        ])
    func refused(_ row: (name: String, value: String, code: SearchProblem.Code)) throws {
        let found = try #require(problem(.observation, [(row.name, row.value)]), "\(row.name)=\(row.value) was accepted")
        #expect(found.code == row.code)
        #expect(found.parameter?.split(separator: ":").first == row.name.split(separator: ":").first || row.name.contains("."))
        #expect(found.explanation.hasSuffix("."))
    }

    @Test("32 parameters and 256 values are taken, one more is too costly")
    func limits() throws {
        func many(_ count: Int) -> Parameters { (0..<count).map { _ in ("status", "final") } }
        #expect(try query(.observation, many(32)).conditions.count == 32)
        #expect(problem(.observation, many(33))?.code == .tooCostly)
        func values(_ count: Int) -> Parameters { [("code", (0..<count).map(String.init).joined(separator: ","))] }
        #expect(problem(.observation, values(256)) == nil)
        #expect(problem(.observation, values(257))?.code == .tooCostly)
    }

    @Test("Unknown parameters are ignored and left out of the self link, or refused when the caller is strict")
    func unknown() throws {
        let parameters: Parameters = [("status", "final"), ("flavour", "x"), ("_sort", "date"), ("Status", "final")]
        let lenient = try query(.observation, parameters)
        #expect(lenient.ignored == ["flavour", "Status"])
        #expect(lenient.applied.map(\.name) == ["status", "_sort"])
        let strict = try #require(problem(.observation, parameters, isStrict: true))
        #expect(strict.code == .notSupported)
        #expect(strict.parameter == "flavour")
        #expect(strict.explanation.contains("status"))
        #expect(problem(.observation, [("status", "final"), ("_count", "5"), ("_format", "json")], isStrict: true) == nil)
    }

    @Test("A parameter without a value is as if it were not there")
    func emptyValue() throws {
        let query = try query(.observation, [("status", ""), ("nonsense", "")], isStrict: true)
        #expect(query.conditions.isEmpty)
        #expect(query.applied.isEmpty)
    }

    @Test(
        "_count is bounded, and 0 asks for the number only",
        arguments: [
            ("1", 1, false), ("50", 50, false), ("1000", 1000, false), ("1001", 1000, false), ("999999", 1000, false), ("0", 0, true),
        ])
    func count(_ row: (value: String, count: Int, isCountOnly: Bool)) throws {
        let query = try query(.observation, [("_count", row.value)])
        #expect(query.count == row.count)
        #expect(query.isCountOnly == row.isCountOnly)
        #expect(try self.query(.observation, []).count == 50)
    }

    @Test("_summary=count asks for the number only, wherever _count stands")
    func summary() throws {
        #expect(try query(.observation, [("_summary", "count")]).isCountOnly)
        #expect(try query(.observation, [("_summary", "count"), ("_count", "5")]).isCountOnly)
        #expect(try query(.observation, [("_count", "5"), ("_summary", "count")]).isCountOnly)
        #expect(try !query(.observation, [("_summary", "false")]).isCountOnly)
    }

    @Test("_lastUpdated holds for the moments it names")
    func lastUpdated() throws {
        let moment = Timestamp(milliseconds: 1_795_486_203_120)  // 2026-11-24T02:10:03.120Z
        for (value, expected) in [
            ("2026-11-24", true), ("2026", true), ("ge2026-11-24T02:10:03.120Z", true), ("gt2026-11-24T02:10:03.120Z", false),
            ("lt2026-11-24T02:10:03.121Z", true), ("lt2026-11-24", false), ("2025,2026", true), ("eq2026-11-24T02:10:03Z", true),
            ("ne2026", false),
        ] {
            let query = try query(.observation, [("_lastUpdated", value)])
            guard case .lastUpdated(let moments) = try #require(query.conditions.first) else { throw Unexpected() }
            #expect(moments.contains { $0.holds(moment) } == expected, "\(value)")
        }
    }

    @Test("The page is carried and not shown in the self link")
    func page() throws {
        let query = try query(.observation, [("_page", "o7"), ("status", "final")])
        #expect(query.page == "o7")
        #expect(query.applied.map(\.name) == ["status"])
    }
}
