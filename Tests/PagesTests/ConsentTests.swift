import Testing

@testable import Pages

@Suite struct ConsentTests {
    let english = SamplePages(language: .english)

    @Test func `both answers are buttons of one form`() {
        let buttons = Markup(english.consent()).tags("button").filter { $0.attributes["name"] == "decision" }
        #expect(buttons.map { $0.attributes["value"] } == ["allow", "deny"])
        let texts = Markup(english.consent()).texts
        #expect(texts.contains("Share my record") && texts.contains("Do not share"))
    }

    @Test func `nobody is chosen to decide until someone chooses`() {
        let radios = Markup(english.consent()).tags("input").filter { $0.attributes["type"] == "radio" }
        #expect(radios.map { $0.attributes["value"] } == ["member", "representative"])
        #expect(radios.allSatisfy { $0.attributes["checked"] == nil })
    }

    @Test func `a representative's answers stay`() {
        let markup = Markup(
            english.consent(
                values: [.decider: "representative", .representativeName: "Ana", .relationship: "guardian"],
                problems: [.missingRepresentativeName]))
        let checked = markup.tags("input").filter { $0.attributes["checked"] != nil }
        #expect(checked.map { $0.attributes["value"] } == ["representative"])
        #expect(markup.tags("option").filter { $0.attributes["selected"] != nil }.map { $0.attributes["value"] } == ["guardian"])
        #expect(markup.tags("input").first { $0.attributes["name"] == "representative_name" }?.attributes["value"] == "Ana")
    }

    @Test func `kinds of one group are counted together and empty ones are left out`() {
        let sums = RecordGroup.sums(of: SamplePages.kinds)
        #expect(sums.first { $0.group == .medicines }?.count == 8)
        #expect(!sums.contains { $0.group == .carePlans })
        #expect(sums.map(\.group.rawValue) == sums.map(\.group.rawValue).sorted())
        #expect(Markup(english.consent()).texts.contains("1,264"))
    }

    @Test(arguments: [
        "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Device", "DiagnosticReport", "DocumentReference", "Encounter", "Goal",
        "Immunization", "Location", "Medication", "MedicationDispense", "MedicationRequest", "Observation", "Organization", "Patient",
        "Practitioner", "PractitionerRole", "Procedure", "Provenance", "QuestionnaireResponse", "RelatedPerson", "ServiceRequest",
        "Specimen",
    ])
    func `every type of US Core has plain words`(type: String) {
        #expect(RecordGroup(type: type) != .other)
    }

    @Test func `a type nobody named is counted as other, not hidden`() {
        #expect(Markup(english.consent(shared: [SharedKind(type: "Basic", count: 3)])).texts.contains("Other health records"))
    }

    @Test func `the page says how far back, how long, and what is never shared`() {
        let open = Markup(english.consent()).texts
        #expect(open.contains("From the first record Demo Health Plan holds"))
        #expect(open.contains("Acme Connect can read the record for 90 days."))
        #expect(open.contains("Claims and bills") && open.contains("Coverage details") && open.contains("Payments and what care cost"))
        let since = Markup(english.consent(from: "2016-01-01")).texts
        #expect(since.contains("Care since January 1, 2016, and records without a date"))
        #expect(!since.contains { $0.contains("first record") })
    }

    @Test func `what the plan keeps at home is among what is never shared, only when it does`() {
        let words = "Records marked as specially protected"
        #expect(Markup(english.consent(holdsBackProtected: true)).texts.contains(words))
        #expect(!Markup(english.consent(holdsBackProtected: false)).texts.contains(words))
    }

    @Test func `a plan that holds nothing says so`() {
        #expect(Markup(english.consent(shared: [])).texts.contains { $0.contains("holds no health records yet") })
    }
}
