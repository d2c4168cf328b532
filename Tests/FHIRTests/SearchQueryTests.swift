import FHIR
import Testing

@Suite("Search parameters")
struct SearchQueryTests {
    typealias Parameters = [(name: String, value: String)]

    func query(_ type: ResourceType, _ parameters: Parameters, isStrict: Bool = false) throws -> SearchQuery {
        try SearchQuery(type: type, parameters: parameters, isStrict: isStrict)
    }

    func problem(_ type: ResourceType, _ parameters: Parameters, isStrict: Bool = false) -> SearchProblem? {
        do throws(SearchProblem) {
            _ = try SearchQuery(type: type, parameters: parameters, isStrict: isStrict)
            return nil
        } catch { return error }
    }

    func terms(_ type: ResourceType, _ resource: String) throws -> [UInt8] {
        try parsed(resource) { root in
            var terms = Terms()
            TermExtraction.extract(root, type: type, into: &terms)
            return terms.bytes
        }
    }

    func matches(_ type: ResourceType, _ resource: String, _ name: String, _ value: String) throws -> Bool {
        let query = try query(type, [(name, value)])
        #expect(query.ignored == [])
        return try terms(type, resource).withUnsafeBytes { query.matches($0) }
    }

    // MARK: Tokens

    static let observation = #"""
        {"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://cat","code":"laboratory"},{"code":"plain"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"1-8"},{"system":"http://a","code":"x,y|z"}],"text":"Only text"}}
        """#

    @Test(
        "A token is asked for as code, system|code, |code or system|",
        arguments: [
            ("code", "1-8", true), ("code", "1-9", false), ("code", "1-", false), ("code", "http://loinc.org|1-8", true),
            ("code", "http://other|1-8", false), ("code", "http://loinc.org|", true), ("code", "http://loinc|", false),
            ("code", "|1-8", false),
            ("category", "|plain", true), ("category", "plain", true), ("category", "http://cat|plain", false),
            ("category", "LABORATORY", false),
            ("status", "final", true), ("status", "|final", true), ("status", "amended", false),
            // A comma is OR, escaped it is a comma.
            ("code", "0,1-8", true), ("code", "1-8,", true), ("code", "0,9", false), ("code", #"x\,y\|z"#, true), ("code", "x,y", false),
            ("code", #"http://a|x\,y\|z"#, true), ("code", #"\1-8"#, true),
            // Not, and missing.
            ("code:not", "1-8", false), ("code:not", "0", true), ("code:not", "0,1-8", false), ("status:not", "final", false),
            ("status:missing", "false", true), ("status:missing", "true", false), ("encounter:missing", "true", true),
            ("encounter:missing", "false", false), ("date:missing", "true", true),
        ])
    func tokens(_ row: (name: String, value: String, expected: Bool)) throws {
        #expect(try matches(.observation, Self.observation, row.name, row.value) == row.expected)
    }

    @Test(
        "Identifiers, contact codes and booleans are tokens too",
        arguments: [
            (ResourceType.patient, #"{"identifier":[{"system":"s","value":"v"}]}"#, "identifier", "s|v", true),
            (.patient, #"{"identifier":[{"system":"s","value":"v"}]}"#, "identifier", "s|w", false),
            (.patient, #"{"identifier":{"value":"v"}}"#, "identifier", "|v", true),
            (.organization, #"{"active":true}"#, "active", "true", true),
            (.organization, #"{"active":true}"#, "active", "false", false),
            (.encounter, #"{"class":{"system":"c","code":"AMB"}}"#, "class", "c|AMB", true),
            (.allergyIntolerance, #"{"category":["food","medication"]}"#, "category", "medication", true),
            (.allergyIntolerance, #"{"reaction":[{"substance":[{"coding":[{"code":"q"}]}]}]}"#, "code", "q", true),
        ])
    func otherTokens(_ row: (type: ResourceType, resource: String, name: String, value: String, expected: Bool)) throws {
        #expect(try matches(row.type, row.resource, row.name, row.value) == row.expected)
    }

    // MARK: Strings

    @Test(
        "A name is found by its beginning, without regard to case and accents",
        arguments: [
            ("name", "zoe", true), ("name", "ZOË", true), ("name", "nun", true), ("name", "NÚÑ", true), ("name", "ez", false),
            ("family", "nunez", true), ("family", "zoe", false), ("given", "zoë", true), ("given", "mar", true), ("given", "ria", false),
            ("name:contains", "ñe", true), ("name:contains", "une", true), ("name:contains", "xx", false), ("family:exact", "Núñez", true),
            ("family:exact", "núñez", false), ("family:exact", "Nunez", false), ("family:exact", "Núñe", false), ("name", "dr", true),
            ("name", "x,nun", true), ("family:missing", "false", true),
        ])
    func strings(_ row: (name: String, value: String, expected: Bool)) throws {
        let patient = #"{"resourceType":"Patient","name":[{"family":"Núñez","given":["Zoë","Maria"],"prefix":["Dr."]}]}"#
        #expect(try matches(.patient, patient, row.name, row.value) == row.expected)
    }

    @Test(
        "An address is found by each of its parts",
        arguments: [
            ("address", "boston", true), ("address", "12 main", true), ("address-city", "MA", false), ("address-postalcode", "021", true),
        ])
    func addresses(_ row: (name: String, value: String, expected: Bool)) throws {
        let location = #"{"resourceType":"Location","address":{"line":["12 Main St"],"city":"Boston","state":"MA","postalCode":"02116"}}"#
        #expect(try matches(.location, location, row.name, row.value) == row.expected)
    }

    // MARK: References

    @Test(
        "A reference is asked for as Type/id or as the id alone",
        arguments: [
            ("Encounter/e1", true), ("e1", true), ("Encounter/e", false), ("1", false), ("Condition/e1", false), ("x,e1", true),
            ("/e1", false),
        ])
    func references(_ row: (value: String, expected: Bool)) throws {
        #expect(try matches(.observation, #"{"encounter":{"reference":"Encounter/e1"}}"#, "encounter", row.value) == row.expected)
    }

    // MARK: Dates, against an evaluator that lists every day

    /// The days a partial date names, counted from 2010-01-01; the slow and obvious way.
    static func days(_ text: String) -> Set<Int> {
        let start = CivilDay(year: 2010, month: 1, day: 1)?.daysSinceEpoch ?? 0
        return Set((0..<1100).filter { CivilDay(daysSinceEpoch: start + Int64($0)).text.hasPrefix(text) })
    }

    static func holds(_ prefix: String, _ value: Set<Int>, _ query: Set<Int>) -> Bool {
        guard let first = query.min(), let last = query.max() else { return false }
        let isInside = value.isSubset(of: query)
        let isAbove = value.contains { $0 > last }
        let isBelow = value.contains { $0 < first }
        switch prefix {
        case "", "eq": return isInside
        case "ne": return !isInside
        case "gt": return isAbove
        case "lt": return isBelow
        case "ge": return isAbove || isInside
        case "le": return isBelow || isInside
        case "sa": return value.allSatisfy { $0 > last }
        case "eb": return value.allSatisfy { $0 < first }
        case "ap": return !value.isDisjoint(with: query)
        default: return false
        }
    }

    @Test("Every prefix means what listing the days says", arguments: ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
    func dates(_ prefix: String) throws {
        let dates = [
            "2010", "2011", "2012", "2011-01", "2011-02", "2010-12", "2010-12-31", "2011-01-01", "2011-01-31", "2011-02-01", "2011-02-28",
        ]
        let periods = [("2010-12", "2011-01-31"), ("2011-01-01", "2011-02-01"), ("2011-01-31", "2011-02"), ("2011", "2012")]
        var values = dates.map { (json: #"{"effectiveDateTime":"\#($0)"}"#, days: Self.days($0)) }
        for (start, end) in periods {
            let first = Self.days(start).min() ?? 0
            let last = Self.days(end).max() ?? 0
            values.append((#"{"effectivePeriod":{"start":"\#(start)","end":"\#(end)"}}"#, Set(first...last)))
        }
        for value in values {
            for date in dates {
                let found = try matches(.observation, value.json, "date", prefix + date)
                #expect(found == Self.holds(prefix, value.days, Self.days(date)), "\(value.json) \(prefix)\(date)")
            }
        }
    }

    @Test("A period without an end still goes on, one without a start began long ago, an empty one has no date")
    func openPeriods() throws {
        let going = #"{"effectivePeriod":{"start":"2011-01-04"}}"#
        #expect(try matches(.observation, going, "date", "gt2500"))
        #expect(try !matches(.observation, going, "date", "lt2011-01-04"))
        let ended = #"{"effectivePeriod":{"end":"2011-01-04"}}"#
        #expect(try matches(.observation, ended, "date", "lt1900"))
        #expect(try !matches(.observation, ended, "date", "gt2011-01-04"))
        #expect(try !matches(.observation, #"{"effectivePeriod":{}}"#, "date", "ne2011"))
        #expect(try matches(.observation, #"{"effectiveTiming":{"event":["2011","2015-05-05"]}}"#, "date", "2015"))
    }

    @Test("Zones and times count")
    func zones() throws {
        let late = #"{"effectiveDateTime":"2011-01-04T23:30:00-05:00"}"#
        #expect(try matches(.observation, late, "date", "2011-01-05"))
        #expect(try !matches(.observation, late, "date", "2011-01-04"))
        #expect(try matches(.observation, late, "date", "ge2011-01-05T04:30:00Z"))
        #expect(try !matches(.observation, late, "date", "gt2011-01-05T04:30:00Z"))
        #expect(try matches(.observation, late, "date", "2011-01-05T06:30+02:00"))
    }

    // MARK: What is refused

    @Test(
        "A search that cannot be answered is refused with the parameter at fault",
        arguments: [
            ("date", "yesterday", SearchProblem.Code.invalid), ("date", "xx2011", .invalid), ("date", "ge", .invalid),
            ("date", "2011-02-30", .invalid),
            ("code", "a|b|c", .invalid), ("code", "|", .invalid), ("code", ",", .invalid), ("status:missing", "maybe", .invalid),
            ("code:in", "http://set", .notSupported), ("code:text", "x", .notSupported), ("date:not", "2011", .notSupported),
            ("encounter:contains", "x", .notSupported), ("patient:missing", "true", .notSupported), ("patient", ",", .invalid),
            ("_count", "abc", .invalid), ("_count", "-1", .invalid), ("_count", "1.5", .invalid), ("_count", "1234567", .invalid),
            ("_count", "١", .invalid),
            ("_lastUpdated", "soon", .invalid), ("_lastUpdated", ",", .invalid), ("_lastUpdated:not", "2011", .notSupported),
            ("_id:not", "1", .notSupported),
            ("_summary", "text", .notSupported), ("_summary", "true", .notSupported),
        ])
    func refused(_ row: (name: String, value: String, code: SearchProblem.Code)) throws {
        let found = try #require(problem(.observation, [(row.name, row.value)]), "\(row.name)=\(row.value) was accepted")
        #expect(found.code == row.code)
        #expect(found.parameter?.split(separator: ":").first == row.name.split(separator: ":").first)
        #expect(found.explanation.hasSuffix("."))
    }

    @Test("32 parameters and 256 values are taken, one more is too costly")
    func limits() throws {
        func many(_ count: Int) -> Parameters { (0..<count).map { _ in ("status", "final") } }
        #expect(try query(.observation, many(32)).clauses.count == 32)
        #expect(problem(.observation, many(33))?.code == .tooCostly)
        func values(_ count: Int) -> Parameters { [("code", (0..<count).map(String.init).joined(separator: ","))] }
        #expect(problem(.observation, values(256)) == nil)
        #expect(problem(.observation, values(257))?.code == .tooCostly)
    }

    @Test("Unknown parameters are ignored and left out of the self link, or refused when the caller is strict")
    func unknown() throws {
        let parameters: Parameters = [("status", "final"), ("flavour", "x"), ("_sort", "date"), ("Status", "final")]
        let lenient = try query(.observation, parameters)
        #expect(lenient.ignored == ["flavour", "_sort", "Status"])
        #expect(lenient.applied.map(\.name) == ["status"])
        let strict = try #require(problem(.observation, parameters, isStrict: true))
        #expect(strict.code == .notSupported)
        #expect(strict.parameter == "flavour")
        #expect(strict.explanation.contains("status"))
        #expect(problem(.observation, [("status", "final"), ("_count", "5"), ("_format", "json")], isStrict: true) == nil)
    }

    @Test("A parameter without a value is as if it were not there")
    func emptyValue() throws {
        let query = try query(.observation, [("status", ""), ("nonsense", "")], isStrict: true)
        #expect(query.clauses.isEmpty)
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

    @Test(
        "The member is named as id, as Patient/id, or with an address",
        arguments: [
            ("patient", "p1", [["p1"]]), ("patient", "Patient/p1", [["p1"]]), ("patient", "http://x/r4/Patient/p1", [["p1"]]),
            ("subject", "Patient/p1", [["p1"]]), ("subject:Patient", "p1", [["p1"]]), ("patient", "p1,Patient/p2", [["p1", "p2"]]),
            ("subject", "Group/p1", [[""]]),
        ])
    func members(_ row: (name: String, value: String, members: [[String]])) throws {
        #expect(try query(.observation, [(row.name, row.value)]).members == row.members)
    }

    @Test("Ids are alternatives within one parameter and conditions across two")
    func ids() throws {
        #expect(try query(.observation, [("_id", "a,b"), ("_id", "b")]).ids == [["a", "b"], ["b"]])
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
            #expect(query.lastUpdated.allSatisfy { $0.holds(moment) } == expected, "\(value)")
        }
    }

    @Test("The page is carried and not shown in the self link")
    func page() throws {
        let query = try query(.observation, [("_page", "o7"), ("status", "final")])
        #expect(query.page == "o7")
        #expect(query.applied.map(\.name) == ["status"])
    }

    @Test("A granular scope opens what meets one of its sets, all conditions of a set together")
    func restriction() throws {
        let terms = try terms(.observation, Self.observation)
        func isOpen(_ filters: [Parameters]) throws -> Bool {
            let restriction = try SearchQuery.restriction(filters, type: .observation)
            return terms.withUnsafeBytes { SearchQuery.isOpen($0, by: restriction) }
        }
        #expect(try isOpen([[("category", "http://cat|laboratory")]]))
        #expect(try !isOpen([[("category", "http://cat|vital-signs")]]))
        #expect(try !isOpen([[("category", "laboratory"), ("status", "amended")]]))
        #expect(try isOpen([[("category", "vital-signs")], [("status", "final")]]))
        #expect(try isOpen([[("category", "vital-signs,laboratory")]]))
        #expect(try !isOpen([]))
        #expect(throws: SearchProblem.self) { try isOpen([[("nonsense", "x")]]) }
        var query = try query(.observation, [("code", "1-8")])
        query.restriction = try SearchQuery.restriction([[("category", "vital-signs")]], type: .observation)
        #expect(!terms.withUnsafeBytes { query.matches($0) })
    }

    @Test("Cut or foreign index bytes match nothing and read nothing beyond their end")
    func cutTerms() throws {
        let whole = try terms(.observation, Self.observation)
        let query = try query(.observation, [("encounter", "Encounter/e1")])
        for length in 0...whole.count {
            #expect(!Array(whole.prefix(length)).withUnsafeBytes { query.matches($0) })
        }
        #expect(![UInt8](repeating: 0xFF, count: 40).withUnsafeBytes { query.matches($0) })
    }
}
