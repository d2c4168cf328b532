import Exchange
import FHIR
import Testing

@Suite("What a plan's policy lets go")
struct ReleaseTests {
    static func verdict(
        _ type: ResourceType, _ resource: String, _ policy: ReleasePolicy = .standard, now: Timestamp = today
    ) throws -> ReleasePolicy.Verdict {
        try JSONParser().withDocument(Array(resource.utf8)) { policy.verdict(on: .init($0, type: type), at: now) }
    }

    static func isReleased(_ type: ResourceType, _ resource: String, _ policy: ReleasePolicy, now: Timestamp = today) throws -> Bool {
        try verdict(type, resource, policy, now: now) == .released
    }

    static func day(_ text: String) throws -> Timestamp {
        Timestamp(milliseconds: try #require(DateRange(text.utf8)).low)
    }

    // MARK: Types

    @Test("The four types are never shared, whatever a policy lists", arguments: ReleasedTypes.neverShared)
    func neverShared(_ type: ResourceType) throws {
        let policy = ReleasePolicy(types: ResourceType.allCases)
        #expect(policy.verdict(onType: type) == .held(.neverShared))
        #expect(try Self.verdict(type, "{}", policy) == .held(.neverShared))
        #expect(!policy.types.contains(type))
    }

    @Test("The clinical list is shared, and of a shorter list only what is on it")
    func types() {
        for type in ReleasedTypes.clinical { #expect(ReleasePolicy.standard.verdict(onType: type) == .released) }
        let short = ReleasePolicy(types: [.patient, .observation])
        #expect(short.verdict(onType: .observation) == .released)
        #expect(short.verdict(onType: .condition) == .held(.typeNotShared))
        for type in [ResourceType.group, .list, .binary, .auditEvent, .consent, .bundle, .basic] {
            #expect(ReleasePolicy(types: ResourceType.allCases).verdict(onType: type) == .held(.typeNotShared), "\(type.name)")
        }
    }

    // MARK: Years of service

    @Test(
        "Five years before 2026-11-24 begin on 2021-11-24",
        arguments: [
            (ResourceType.observation, #"{"effectiveDateTime":"2021-11-24"}"#, true),
            (.observation, #"{"effectiveDateTime":"2021-11-23"}"#, false),
            // A partial date reaches to its end.
            (.observation, #"{"effectiveDateTime":"2021-11"}"#, true), (.observation, #"{"effectiveDateTime":"2021-10"}"#, false),
            (.observation, #"{"effectiveDateTime":"2021"}"#, true), (.observation, #"{"effectiveDateTime":"2020"}"#, false),
            // The moment counts, not the day that was written.
            (.observation, #"{"effectiveDateTime":"2021-11-23T23:30:00-05:00"}"#, true),
            (.observation, #"{"effectiveDateTime":"2021-11-24T00:30:00+02:00"}"#, false),
            (.observation, #"{"effectiveDateTime":"2021-11-23T23:59:59Z"}"#, false),
            // A period counts with its end, and one without an end goes on.
            (.encounter, #"{"period":{"start":"2019-01-01","end":"2021-11-24"}}"#, true),
            (.encounter, #"{"period":{"start":"2019-01-01","end":"2021-11-23"}}"#, false),
            (.encounter, #"{"period":{"start":"2001-01-01"}}"#, true), (.encounter, #"{"period":{"end":"2001-01-01"}}"#, false),
            // Of several dates the element that stands for the service counts.
            (.observation, #"{"effectiveDateTime":"2001-01-01","issued":"2026-01-01T00:00:00Z"}"#, false),
            (.observation, #"{"issued":"2001-01-01T00:00:00Z"}"#, false),
            (.observation, #"{"effectiveTiming":{"event":["2001-01-01","2025-01-01"]}}"#, true),
            // A condition goes on until it abates.
            (.condition, #"{"onsetDateTime":"1990"}"#, true), (.condition, #"{"recordedDate":"1990"}"#, true),
            (.condition, #"{"onsetDateTime":"1990","abatementString":"long ago"}"#, true),
            (.condition, #"{"onsetDateTime":"1990","abatementDateTime":"2015-03"}"#, false),
            (.condition, #"{"onsetDateTime":"1990","abatementDateTime":"2022-03"}"#, true),
            (.condition, #"{"abatementDateTime":"2015-03"}"#, false), (.condition, #"{"abatementPeriod":{"end":"2023"}}"#, true),
            // What has no date of service has no time limit.
            (.observation, "{}", true), (.observation, #"{"effectivePeriod":{}}"#, true),
            (.observation, #"{"valueDateTime":"1990"}"#, true),
            (.allergyIntolerance, #"{"recordedDate":"1990","onsetDateTime":"1980"}"#, true),
            (.patient, #"{"birthDate":"1950-01-01"}"#, true),
            (.goal, #"{"startDate":"1990-01-01"}"#, true), (.device, #"{"manufactureDate":"1990"}"#, true),
            (.organization, "{}", true), (.provenance, #"{"recorded":"1990-01-01T00:00:00Z"}"#, true),
            (.immunization, #"{"occurrenceDateTime":"1990"}"#, false), (.immunization, #"{"occurrenceString":"as a child"}"#, true),
            (.medicationRequest, #"{"authoredOn":"1990"}"#, false),
            (.procedure, #"{"performedPeriod":{"start":"1990","end":"1991"}}"#, false),
        ])
    func years(_ row: (type: ResourceType, resource: String, expected: Bool)) throws {
        let policy = ReleasePolicy(serviceYears: 5)
        #expect(try Self.isReleased(row.type, row.resource, policy) == row.expected, "\(row.type.name) \(row.resource)")
        #expect(try Self.isReleased(row.type, row.resource, .standard), "without a limit all is shared")
    }

    @Test(
        "The years are counted to the same day, and from a leap day to the last of February",
        arguments: [
            ("2026-11-24", 1, "2025-11-24"), ("2026-11-24", 10, "2016-11-24"), ("2028-02-29", 1, "2027-02-28"),
            ("2028-02-29", 4, "2024-02-29"), ("2028-02-29", 5, "2023-02-28"), ("2027-02-28", 3, "2024-02-28"),
            ("2028-03-01", 1, "2027-03-01"),
        ])
    func start(_ row: (now: String, years: Int, expected: String)) throws {
        let policy = ReleasePolicy(serviceYears: row.years)
        let now = try Self.day(row.now)
        #expect(policy.start(at: now)?.date == row.expected)
        #expect(policy.start(at: now.adding(seconds: 86_399))?.date == row.expected, "it does not move during the day")
        #expect(try Self.isReleased(.observation, #"{"effectiveDateTime":"\#(row.expected)"}"#, policy, now: now))
        let eve = CivilDay(daysSinceEpoch: try Self.day(row.expected).milliseconds / 86_400_000 - 1).text
        #expect(try !Self.isReleased(.observation, #"{"effectiveDateTime":"\#(eve)"}"#, policy, now: now))
    }

    // MARK: Labels

    static let confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"

    @Test(
        "What is labelled R or V stays home",
        arguments: [
            (#"[{"system":"\#(confidentiality)","code":"R"}]"#, false), (#"[{"system":"\#(confidentiality)","code":"V"}]"#, false),
            (#"[{"system":"\#(confidentiality)","code":"N"},{"system":"\#(confidentiality)","code":"V"}]"#, false),
            (#"{"system":"\#(confidentiality)","code":"R"}"#, false), (#"[{"system":"\#(confidentiality)","code":"\u0052"}]"#, false),
            (#"[{"system":"\#(confidentiality)","code":"N"}]"#, true), (#"[{"system":"\#(confidentiality)","code":"r"}]"#, true),
            (#"[{"system":"http://example.org","code":"R"}]"#, true), ("[]", true),
        ])
    func labels(_ row: (labels: String, expected: Bool)) throws {
        for name in ["security", #"\u0073ecurity"#] {
            let resource = #"{"meta":{"\#(name)":\#(row.labels)}}"#
            #expect(try Self.isReleased(.observation, resource, .standard) == row.expected, "\(resource)")
        }
        #expect(try Self.isReleased(.observation, #"{"meta":{"tag":\#(row.labels)}}"#, .standard), "a tag is no label")
    }

    @Test("A plan may hold other labels back, or none")
    func otherLabels() throws {
        let psychiatry = SecurityLabel(system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "PSY")
        let resource = #"{"meta":{"security":[{"system":"\#(psychiatry.system)","code":"PSY"}]}}"#
        #expect(try Self.verdict(.observation, resource, ReleasePolicy(withheldLabels: [psychiatry])) == .held(.labelled(psychiatry)))
        #expect(try Self.isReleased(.observation, resource, .standard))
        let restricted = #"{"meta":{"security":[{"system":"\#(Self.confidentiality)","code":"R"}]}}"#
        #expect(try Self.isReleased(.observation, restricted, ReleasePolicy(withheldLabels: [])))
    }

    // MARK: Why

    @Test("It says why: the type before the label, the label before the years")
    func reasons() throws {
        let old = #"{"meta":{"security":[{"system":"\#(Self.confidentiality)","code":"R"}]},"effectiveDateTime":"1990"}"#
        let policy = ReleasePolicy(types: [.observation], serviceYears: 5)
        #expect(try Self.verdict(.condition, old, policy) == .held(.typeNotShared))
        #expect(try Self.verdict(.observation, old, policy) == .held(.labelled(.restricted)))
        let start = try Self.day("2021-11-24")
        #expect(try Self.verdict(.observation, #"{"effectiveDateTime":"1990"}"#, policy) == .held(.servedBefore(start)))
        #expect(ReleasePolicy.Reason.servedBefore(start).explanation.contains("2021-11-24"))
        #expect(ReleasePolicy.Reason.labelled(.restricted).explanation.contains("v3-Confidentiality|R"))
    }
}
