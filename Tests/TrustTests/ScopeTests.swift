import Testing

@testable import Trust

@Suite struct ScopeTests {
    @Test(arguments: [
        ("patient/Observation.read", "rs", true), ("patient/*.read", "rs", true), ("patient/*.*", "cruds", true),
        ("patient/Patient.write", "cud", true), ("patient/Observation.rs", "rs", false), ("patient/*.cruds", "cruds", false),
        ("user/Practitioner.r", "r", false), ("system/*.s", "s", false),
    ])
    func `Both versions are read`(text: String, letters: String, isV1: Bool) throws {
        let scope = try #require(try ScopeSet(parsing: text).resourceScopes.first)
        let granted = Scope.Interactions.letters.filter { scope.interactions.contains($0.1) }.map(\.0)
        #expect(granted.elementsEqual(letters.utf8))
        #expect(scope.isV1 == isV1)
        #expect(scope.text == text)
        #expect(scope.isWildcard == text.utf8.contains(Array("/*.".utf8)))
    }

    @Test(arguments: [
        "patient/Observation.sr", "patient/Observation.dus", "patient/Observation.rr", "patient/Observation.", "patient/Observation",
        "patient/.rs", "patient/", "patient/observation.rs", "patient/Obs3rvation.rs", "patient/**.rs", "patient/Observation.Read",
        "patient/Observation.rd.s", "patient/Observation.read?category=a", "patient/Observation.rs?", "patient/Observation.rs?category",
        "patient/Observation.rs?category=", "patient/Observation.rs?=a", "patient/Observation.rs?a=%zz", "patient/Observation/x.rs", "",
        "   ", "patient/*.read \"", "a\\b", "patient/*.read\npatient/*.write", "\u{E9}", "patient/\u{212A}.rs", "openid\u{7F}",
    ])
    func `Malformed scope text is invalid_scope`(text: String) {
        #expect(code { try ScopeSet(parsing: text) } == .invalidScope)
    }

    @Test func `Granular conditions are decoded`() throws {
        let text = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory&code=a%20b"
        let scope = try #require(try ScopeSet(parsing: text).resourceScopes.first)
        #expect(scope.parameters.map(\.name) == ["category", "code"])
        #expect(scope.parameters.map(\.value) == ["http://terminology.hl7.org/CodeSystem/observation-category|laboratory", "a b"])
    }

    @Test func `Text keeps order and spelling, each scope once`() throws {
        let set = try ScopeSet(parsing: "openid  launch/patient patient/*.read openid offline_access ")
        #expect(set.text == "openid launch/patient patient/*.read offline_access")
        #expect(set.hasOfflineAccess && set.hasLaunchPatient)
        #expect(try ScopeSet(parsing: set.text) == set)
        #expect(ScopeSet.clinicalRead.text == "launch/patient offline_access patient/*.read")
        #expect(try ScopeSet(parsing: ScopeSet.clinicalRead.text) == .clinicalRead)
    }

    @Test func `Too much scope is refused`() {
        #expect(code { try ScopeSet(parsing: String(repeating: "a", count: 8193)) } == .invalidScope)
        #expect(code { try ScopeSet(parsing: String(repeating: "a ", count: 257)) } == .invalidScope)
    }

    @Test(arguments: [
        ("patient/*.read", "Observation", true, true), ("patient/Observation.r", "Observation", true, false),
        ("patient/Observation.s", "Observation", false, true), ("patient/Observation.rs", "Condition", false, false),
        ("user/*.read", "Observation", false, false), ("system/*.rs", "Observation", false, false),
        ("launch/patient", "Observation", false, false), ("patient/Observation.cud", "Observation", false, false),
        ("patient/Observation.rs?category=a", "Observation", true, true),
    ])
    func `What a grant opens`(text: String, type: String, reads: Bool, searches: Bool) throws {
        let set = try ScopeSet(parsing: text)
        #expect(set.allowsRead(type) == reads)
        #expect(set.allowsSearch(type) == searches)
        #expect((set.granularFilters(for: type, interaction: .read)?.isEmpty ?? false) == !reads)
    }

    @Test func `Granular filters are alternatives, and one plain scope lifts them`() throws {
        let both = try ScopeSet(parsing: "patient/Observation.rs?category=a patient/Observation.rs?category=b")
        #expect(both.granularFilters(for: "Observation", interaction: .search)?.map { $0.map(\.value) } == [["a"], ["b"]])
        #expect(both.granularFilters(for: "Condition", interaction: .read)?.isEmpty == true)
        let readAll = try ScopeSet(parsing: "patient/Observation.s?category=a patient/Observation.r")
        #expect(readAll.granularFilters(for: "Observation", interaction: .read) == nil)
        #expect(readAll.granularFilters(for: "Observation", interaction: .search)?.count == 1)
        #expect(readAll.granularFilters(for: "Observation", interaction: .readSearch)?.isEmpty == true)
    }
}

@Suite struct ScopeGrantTests {
    static let all = ScopeSet.clinicalRead

    @Test(arguments: [
        ("patient/*.read", "patient/*.read"),
        ("patient/*.rs", "patient/*.rs"),
        ("patient/*.*", "patient/*.read"),
        ("patient/*.cruds", "patient/*.rs"),
        ("patient/Observation.cr", "patient/Observation.r"),
        (
            "launch/patient openid fhirUser offline_access online_access patient/Observation.read",
            "launch/patient offline_access patient/Observation.read"
        ),
        ("patient/*.write patient/*.read", "patient/*.read"),
        ("user/*.read patient/Condition.rs", "patient/Condition.rs"),
        ("system/*.rs patient/Condition.rs launch whatever", "patient/Condition.rs"),
        ("patient/Observation.rs?category=laboratory", "patient/Observation.rs?category=laboratory"),
        ("patient/Observation.cruds?category=laboratory", "patient/Observation.rs?category=laboratory"),
        ("patient/*.rs?category=a patient/Condition.rs", "patient/Condition.rs"),
        ("patient/Observation.rs?code=a patient/Condition.rs", "patient/Condition.rs"),
        ("patient/Observation.rs?category:not=a patient/Condition.rs", "patient/Condition.rs"),
        ("patient/Observation.rs?category=a&_include=*:* patient/Condition.rs", "patient/Condition.rs"),
    ])
    func `Reading in the patient context is granted, the rest is left out`(requested: String, granted: String) throws {
        #expect(try ScopeSet.grant(requested: ScopeSet(parsing: requested), allowed: Self.all).text == granted)
    }

    @Test(arguments: [
        "openid fhirUser", "patient/*.write", "patient/*.cud", "user/*.read", "system/*.read", "launch/patient", "offline_access",
        "nonsense",
        "patient/Observation.rs?code=a",
    ])
    func `Nothing readable is invalid_scope`(requested: String) {
        #expect(code { try ScopeSet.grant(requested: ScopeSet(parsing: requested), allowed: Self.all) } == .invalidScope)
    }

    @Test(arguments: [
        ("patient/*.read", "patient/Observation.rs patient/Condition.r", "patient/Observation.read patient/Condition.r"),
        ("patient/Observation.rs", "patient/Observation.r", "patient/Observation.r"),
        ("patient/Observation.rs patient/Claim.rs", "patient/Observation.rs", "patient/Observation.rs"),
        ("patient/Observation.rs", "patient/Observation.rs?category=a", "patient/Observation.rs?category=a"),
        ("patient/Observation.rs?category=a", "patient/Observation.rs?category=b", "patient/Observation.rs?category=a&category=b"),
        ("patient/Observation.read", "patient/Observation.rs?category=a", "patient/Observation.rs?category=a"),
        ("patient/Observation.read", "patient/Observation.rs?category=a patient/*.read", "patient/Observation.read"),
        ("offline_access patient/*.read", "patient/*.read", "patient/*.read"),
        ("patient/*.read", "system/*.read patient/Observation.cruds", "patient/Observation.read"),
    ])
    func `A grant never exceeds what the app may have`(requested: String, allowed: String, granted: String) throws {
        let grant = try ScopeSet.grant(requested: ScopeSet(parsing: requested), allowed: ScopeSet(parsing: allowed))
        #expect(grant.text == granted)
    }

    @Test(arguments: ["system/*.rs", "user/*.read"])
    func `Other contexts are not granted even to an app that has them`(scope: String) {
        #expect(code { try ScopeSet.grant(requested: ScopeSet(parsing: scope), allowed: ScopeSet(parsing: scope)) } == .invalidScope)
    }

    @Test func `No scope asks for the default, within what is allowed`() throws {
        #expect(try ScopeSet.grant(requested: nil, allowed: Self.all).text == Self.all.text)
        let narrow = try ScopeSet(parsing: "patient/Condition.read")
        #expect(try ScopeSet.grant(requested: nil, allowed: narrow).text == "launch/patient patient/Condition.read")
    }

    @Test func `A server that applies more conditions says so`() throws {
        let requested = try ScopeSet(parsing: "patient/Observation.rs?code=a")
        let grant = try ScopeSet.grant(requested: requested, allowed: Self.all) { _, name in name == "code" }
        #expect(grant == requested)
    }

    @Test(arguments: [
        ("patient/*.read", "patient/Observation.rs"), ("patient/*.read", "patient/*.rs"),
        ("patient/Observation.rs", "patient/Observation.r"),
        ("patient/Observation.r patient/Observation.s", "patient/Observation.rs"), ("offline_access patient/*.read", "patient/*.read"),
        ("offline_access patient/*.read", "patient/*.read offline_access"), ("patient/*.read", "patient/Observation.rs?category=a"),
        ("patient/Observation.rs?category=a", "patient/Observation.rs?category=a&category=b"),
    ])
    func `A refresh may narrow`(granted: String, requested: String) throws {
        #expect(try ScopeSet(parsing: granted).narrowed(to: ScopeSet(parsing: requested)).text == requested)
    }

    @Test(arguments: [
        ("patient/Observation.rs", "patient/*.rs"), ("patient/Observation.r", "patient/Observation.rs"), ("patient/*.read", "user/*.read"),
        ("patient/*.read", "patient/*.write"), ("patient/*.read", "patient/*.read offline_access"),
        ("patient/*.read", "patient/*.read openid"),
        ("patient/Observation.rs?category=a", "patient/Observation.rs"),
        ("patient/Observation.rs?category=a", "patient/Observation.rs?category=b"),
        ("patient/Observation.rs?category=%C3%A9", "patient/Observation.rs?category=e%CC%81"),
        ("launch/patient patient/*.read", "launch/patient"),
    ])
    func `A refresh may not widen`(granted: String, requested: String) {
        #expect(code { try ScopeSet(parsing: granted).narrowed(to: ScopeSet(parsing: requested)) } == .invalidScope)
    }
}
