import FHIR
import Testing

@testable import Records

@Suite("What a search parameter matches")
struct MatchingTests {
    typealias Parameters = [(name: String, value: String)]

    /// Whether a search of this one resource finds it.
    func matches(_ type: ResourceType, _ resource: String, _ name: String, _ value: String) throws -> Bool {
        let body = resource.hasPrefix(#"{"resourceType""#) ? resource : #"{"resourceType":"\#(type.name)","# + resource.dropFirst()
        let record = MemoryRecord([(type, "x", body)])
        let found = try record.search(type, [(name, value)])
        #expect(found.ignored == [])
        return found.ids == ["x"]
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
            // The system of a bare code is that of its binding.
            ("status", "http://hl7.org/fhir/observation-status|final", true), ("status", "http://hl7.org/fhir/observation-status|", true),
            ("status", "http://hl7.org/fhir/event-status|final", false),
            ("status", "http://hl7.org/fhir/observation-status|amended", false),
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

    @Test(
        "A parameter is missing only where its element is",
        arguments: [
            (#"{"code":{"text":"Only text"}}"#, "code", false), (#"{"encounter":{"display":"The visit"}}"#, "encounter", false),
            (#"{"encounter":{"identifier":{"value":"v"}}}"#, "encounter", false),
            (#"{"subject":{"reference":"Device/d"}}"#, "subject", false), (#"{"subject":{"reference":"Device/d"}}"#, "patient", true),
            (#"{"code":{"extension":[{"url":"u","valueCode":"unknown"}]}}"#, "code", true), (#"{"status":"final"}"#, "code", true),
            (#"{"code":{}}"#, "code", true), (#"{"valueQuantity":{"unit":"mg"}}"#, "value-quantity", false),
        ])
    func missing(_ row: (resource: String, name: String, expected: Bool)) throws {
        #expect(try matches(.observation, row.resource, row.name + ":missing", "true") == row.expected)
        #expect(try matches(.observation, row.resource, row.name + ":missing", "false") == !row.expected)
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
            ("/e1", false), ("http://localhost/demo/r4/Encounter/e1", true), ("http://other/r4/Encounter/e1", false),
        ])
    func references(_ row: (value: String, expected: Bool)) throws {
        #expect(try matches(.observation, #"{"encounter":{"reference":"Encounter/e1"}}"#, "encounter", row.value) == row.expected)
    }

    @Test("The identifier of a reference counts for the types that it may lead to")
    func referenceIdentifiers() throws {
        let device = #"{"subject":{"reference":"Device/d","identifier":{"value":"v"}}}"#
        #expect(try matches(.observation, device, "subject:identifier", "v"))
        #expect(try !matches(.observation, device, "patient:identifier", "v"))
        #expect(try matches(.observation, #"{"subject":{"identifier":{"value":"v"}}}"#, "patient:identifier", "v"))
        #expect(try !matches(.observation, #"{"subject":{"type":"Device","identifier":{"value":"v"}}}"#, "patient:identifier", "v"))
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
        case "ap":
            // A tenth of the distance to 2026-11-24 wider on both sides; that is day 6171.
            let slack = max(abs(6171 - Double(first)), abs(6171 - Double(last + 1))) / 10
            return value.contains { Double($0 + 1) > Double(first) - slack && Double($0) < Double(last + 1) + slack }
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

    @Test("A granular scope opens what meets one of its sets, all conditions of a set together")
    func restriction() throws {
        let record = MemoryRecord([(.observation, "x", Self.observation)])
        func isOpen(_ scope: String) throws -> Bool { try record.search(.observation, [], scope: scope).ids == ["x"] }
        #expect(try isOpen("patient/Observation.rs?category=http://cat|laboratory"))
        #expect(try !isOpen("patient/Observation.rs?category=http://cat|vital-signs"))
        #expect(try !isOpen("patient/Observation.rs?category=laboratory&status=amended"))
        #expect(try isOpen("patient/Observation.rs?category=vital-signs patient/Observation.rs?status=final"))
        #expect(try isOpen("patient/Observation.rs?category=vital-signs,laboratory"))
        #expect(throws: Closed.self) { try isOpen("patient/Patient.rs") }
        // A condition that cannot be applied opens nothing.
        #expect(throws: Closed.self) { try isOpen("patient/Observation.rs?nonsense=x") }
    }
}
