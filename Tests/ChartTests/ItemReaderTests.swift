import FHIR
import Testing

@testable import Chart

@Suite struct ItemReaderTests {
    private func item(_ type: ResourceType, _ members: String, with others: [ChartResource] = []) throws -> ChartItem {
        try #require(Chart([Records.kept(type, "a", members)] + others).item(type, "a"))
    }

    @Test func `a problem has its words, status, onset and end, and no branch of SNOMED in its name`() throws {
        let item = try item(
            .condition,
            """
            "clinicalStatus":{"coding":[{"code":"resolved"}]},"verificationStatus":{"coding":[{"code":"confirmed"}]},
            "category":[{"coding":[{"code":"problem-list-item"}]}],"code":\(Records.snomed("44054006", "Diabetes mellitus type 2 (disorder)")),
            "onsetDateTime":"2014-03","abatementDateTime":"2019-05-23","recordedDate":"2014-04-01","severity":{"text":"Moderate"}
            """)
        #expect(item.kind == .problem && item.title == "Diabetes mellitus type 2")
        #expect(item.statuses == ["confirmed", "resolved"] && item.standing == .past)
        #expect(item.date?.text == "2014-03" && item.date?.precision == .month && item.dateRole == .onset)
        #expect(item.detail(.ended) == "2019-05-23" && item.detail(.recorded) == "2014-04-01" && item.detail(.severity) == "Moderate")
    }

    @Test func `a diagnosis of a visit is not on the problem list`() throws {
        let diagnosis = try item(.condition, #""category":[{"coding":[{"code":"encounter-diagnosis"}]}],"code":{"text":"Sore throat"}"#)
        #expect(diagnosis.kind == .diagnosis)
        #expect(try item(.condition, #""code":{"text":"Asthma"}"#).kind == .problem)
    }

    @Test(arguments: [("refuted", Standing.negated), ("entered-in-error", .inError), ("unconfirmed", .current)])
    func `what is refuted or taken back says so`(code: String, standing: Standing) throws {
        let item = try item(.condition, #""verificationStatus":{"coding":[{"code":"\#(code)"}]},"code":{"text":"Asthma"}"#)
        #expect(item.statuses == [code] && item.standing == standing)
    }

    @Test func `a medicine is named by its own code, by the Medication inside, or by the one kept beside it`() throws {
        let code = Records.code("http://www.nlm.nih.gov/research/umls/rxnorm", "314076", "Lisinopril 10 MG Oral Tablet")
        let plain = try item(
            .medicationRequest,
            """
            "status":"active","intent":"order","medicationCodeableConcept":\(code),"authoredOn":"2020-01-02",
            "dosageInstruction":[{"doseAndRate":[{"doseQuantity":{"value":1.50,"unit":"mL"}}],"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"asNeededBoolean":true}],
            "dispenseRequest":{"numberOfRepeatsAllowed":3,"quantity":{"value":30,"unit":"tablets"}},"requester":{"display":"Dr. Ada"}
            """)
        #expect(plain.title == "Lisinopril 10 MG Oral Tablet" && plain.kind == .medication && plain.standing == .current)
        #expect(plain.detail(.dose) == "1.50 mL, 2 × / 1 d, as needed" && plain.detail(.refills) == "3")
        #expect(plain.detail(.quantity) == "30 tablets" && plain.who == ["Dr. Ada"] && plain.dateRole == .ordered)

        let inside = try item(
            .medicationRequest,
            ##""contained":[{"resourceType":"Medication","id":"m","code":\##(code)}],"medicationReference":{"reference":"#m"}"##)
        #expect(inside.title == plain.title && inside.codeKey == plain.codeKey)

        let beside = try item(
            .medicationStatement,
            #""status":"stopped","medicationReference":{"reference":"Medication/m1"},"effectivePeriod":{"start":"2019"}"#,
            with: [Records.kept(.medication, "m1", "\"code\":\(code)")])
        #expect(beside.title == plain.title && beside.standing == .past && beside.date?.text == "2019")
    }

    @Test func `an allergy says what it does and how bad it is`() throws {
        let item = try item(
            .allergyIntolerance,
            """
            "clinicalStatus":{"coding":[{"code":"active"}]},"code":{"text":"Peanut"},"criticality":"high","category":["food"],
            "reaction":[{"manifestation":[{"text":"Hives"},{"text":"Wheezing"}],"severity":"severe"}],"recordedDate":"2018-01-01"
            """)
        #expect(item.kind == .allergy && item.title == "Peanut" && item.detail(.reaction) == "Hives, Wheezing")
        #expect(item.detail(.severity) == "severe" && item.detail(.criticality) == "high" && item.detail(.category) == "food")
    }

    @Test func `an immunization has its lot and its place`() throws {
        let item = try item(
            .immunization,
            """
            "status":"not-done","vaccineCode":{"text":"Influenza"},"occurrenceDateTime":"2021-10-01","lotNumber":"L77",
            "location":{"reference":"Location/l"},"protocolApplied":[{"doseNumberPositiveInt":2}],"statusReason":{"text":"patient objection"}
            """, with: [Records.kept(.location, "l", #""name":"Harbor Clinic""#)])
        #expect(item.standing == .negated && item.detail(.lot) == "L77" && item.detail(.location) == "Harbor Clinic")
        #expect(item.detail(.doseNumber) == "2" && item.detail(.statusReason) == "patient objection")
    }

    @Test func `a number is shown as it was written, with its range and what the laboratory thought of it`() throws {
        let item = try item(
            .observation,
            Records.laboratory(
                "1.50", "2020-05-01T08:00:00-05:00",
                more: """
                    ,"interpretation":[{"coding":[{"code":"H","display":"High"}]}],
                    "referenceRange":[{"type":{"coding":[{"code":"treatment"}]},"low":{"value":0}},{"low":{"value":0.70},"high":{"value":1.30,"unit":"mg/dL"}}]
                    """))
        guard case .quantity(let quantity) = item.value else {
            Issue.record("no quantity")
            return
        }
        #expect(item.kind == .laboratory && quantity.words == "1.50 mg/dL")
        #expect(item.range?.words == "0.70 – 1.30 mg/dL" && item.interpretation?.weight == .notable)
        #expect(item.date?.day == "2020-05-01" && item.date?.precision == .instant)
    }

    @Test func `a blood pressure has both its parts`() throws {
        let part = { (code: String, name: String, value: Int) in
            #"{"code":\#(Records.loinc(code, name)),"valueQuantity":{"value":\#(value),"unit":"mm[Hg]","code":"mm[Hg]"}}"#
        }
        let item = try item(
            .observation,
            """
            "category":[{"coding":[{"code":"vital-signs"}]}],"code":\(Records.loinc("85354-9", "Blood pressure panel")),
            "component":[\(part("8480-6", "Systolic blood pressure", 121)),\(part("8462-4", "Diastolic blood pressure", 79))]
            """)
        #expect(item.kind == .vitalSign && item.components.map(\.concept.words) == ["Systolic blood pressure", "Diastolic blood pressure"])
        #expect(item.components.map { $0.value?.searchText } == ["121 mmHg mm[Hg]", "79 mmHg mm[Hg]"])
    }

    @Test(arguments: [
        (#""valueCodeableConcept":{"text":"Never smoked"}"#, ItemValue.text("Never smoked")), (#""valueBoolean":false"#, .truth(false)),
        (#""valueString":"clear""#, .text("clear")),
        (#""valueInteger":7"#, .quantity(Quantity(comparator: "", value: "7", unit: "", code: ""))),
        (#""valueRange":{"low":{"value":1},"high":{"value":2.0,"unit":"cm"}}"#, .text("1 – 2.0 cm")),
        (#""valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}"#, .text("1 / 128")),
        (#""valueTime":"08:30""#, .text("08:30")), (#""valuePeriod":{"start":"2020","end":"2021"}"#, .text("2020 – 2021")),
        (#""dataAbsentReason":{"coding":[{"code":"refused"}]}"#, .absent("refused")),
    ])
    func `a value of every shape is read`(members: String, expected: ItemValue) throws {
        #expect(try item(.observation, #""code":{"text":"x"},\#(members)"#).value == expected)
    }

    @Test(arguments: ["social-history", "survey", "sdoh"])
    func `answers and habits stand by themselves`(category: String) throws {
        #expect(try item(.observation, #""code":{"text":"x"},"category":[{"coding":[{"code":"\#(category)"}]}]"#).kind == .habit)
    }

    @Test func `a visit says where, why and how it ended`() throws {
        let item = try item(
            .encounter,
            """
            "status":"finished","class":{"code":"IMP","display":"inpatient encounter"},"type":[{"text":"Hospital stay"}],
            "period":{"start":"2021-01-01T10:00:00Z","end":"2021-01-04T10:00:00Z"},"reasonReference":[{"reference":"Condition/c"}],
            "location":[{"location":{"display":"General Hospital"}}],"hospitalization":{"dischargeDisposition":{"text":"Home"}},
            "participant":[{"individual":{"reference":"Practitioner/p"}}]
            """,
            with: [
                Records.kept(.condition, "c", #""code":{"text":"Pneumonia"}"#),
                Records.kept(.practitioner, "p", #""name":[{"prefix":["Dr."],"given":["Ada"],"family":"Moss"}]"#),
            ])
        #expect(item.kind == .visit && item.title == "Hospital stay" && item.detail(.visitClass) == "IMP")
        #expect(item.detail(.reason) == "Pneumonia" && item.detail(.location) == "General Hospital" && item.detail(.discharge) == "Home")
        #expect(item.end?.text == "2021-01-04T10:00:00Z" && item.who == ["Dr. Ada Moss"])
    }

    @Test func `plans, goals and teams say what they hold`() throws {
        let plan = try item(
            .carePlan,
            """
            "status":"active","category":[{"coding":[{"code":"assess-plan"}]},{"text":"Diabetes self-management plan"}],
            "activity":[{"detail":{"code":{"text":"Diabetic diet"}}},{"detail":{"description":"Walk"}}],"period":{"start":"2020-01-01"}
            """)
        #expect(plan.title == "Diabetes self-management plan" && plan.detail(.activity) == "Diabetic diet, Walk")
        let goal = try item(
            .goal,
            """
            "lifecycleStatus":"active","achievementStatus":{"coding":[{"code":"in-progress"}]},"description":{"text":"HbA1c below 7"},
            "target":[{"measure":{"text":"HbA1c"},"detailQuantity":{"value":7.0,"comparator":"<","unit":"%"},"dueDate":"2021-01-01"}]
            """)
        #expect(goal.statuses == ["active", "in-progress"] && goal.detail(.target) == "HbA1c, <7.0%, 2021-01-01")
        let team = try item(.careTeam, #""name":"Team","participant":[{"role":[{"text":"Nurse"}],"member":{"display":"Ben"}}]"#)
        #expect(team.detail(.member) == "Ben, Nurse")
    }

    @Test func `a report, an order, a specimen, a device and a contact are read`() throws {
        let report = try item(
            .diagnosticReport, #""code":{"text":"CBC"},"conclusion":"All is well","result":[{"display":"Hb"},{"display":"Hct"}]"#)
        #expect(report.kind == .report && report.detail(.conclusion) == "All is well" && report.detail(.results) == "Hb, Hct")
        let order = try item(.serviceRequest, #""code":{"text":"X-ray"},"authoredOn":"2020-01-01","priority":"urgent""#)
        #expect(order.kind == .order && order.detail(.priority) == "urgent")
        let specimen = try item(.specimen, #""type":{"text":"Blood"},"collection":{"collectedDateTime":"2020-01-01"}"#)
        #expect(specimen.kind == .specimen && specimen.date?.text == "2020-01-01")
        let device = try item(.device, #""deviceName":[{"name":"Pacemaker"}],"serialNumber":"S1","lotNumber":"L1""#)
        #expect(device.kind == .device && device.title == "Pacemaker" && device.detail(.serial) == "S1")
        let contact = try item(
            .relatedPerson,
            #""name":[{"given":["Ana"],"family":"Venegas"}],"relationship":[{"text":"mother"}],"telecom":[{"value":"555-0100"}]"#)
        #expect(contact.title == "Ana Venegas" && contact.detail(.relationship) == "mother" && contact.detail(.phone) == "555-0100")
    }

    @Test func `a type without a reader of its own is shown by what it has`() throws {
        let flag = try item(.flag, #""status":"active","code":{"text":"Falls easily"},"period":{"start":"2020-02"}"#)
        #expect(flag.kind == .other && flag.title == "Falls easily" && flag.date?.text == "2020-02")
        #expect(try item(.questionnaireResponse, #""status":"completed""#).title.isEmpty)
    }

    @Test func `coverage, bills and payments are no part of a chart`() {
        let types: [ResourceType] = [.coverage, .claim, .claimResponse, .explanationOfBenefit, .account, .invoice]
        let chart = Chart(types.map { Records.kept($0, "x", #""status":"active""#) })
        #expect(chart.items.isEmpty && chart.withheld.count == types.count)
    }

    @Test func `a date that is none is shown as it was sent`() throws {
        let item = try item(.procedure, #""code":{"text":"x"},"performedDateTime":"last spring""#)
        #expect(item.date == nil && item.detail(.dateAsSent) == "last spring")
    }
}
