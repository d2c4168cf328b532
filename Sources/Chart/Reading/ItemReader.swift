import FHIR

/// Reads one resource into an entry of the chart.
struct ItemReader {
    var names = Names()

    /// In which round a type is read: what others point at comes first, so that it has a name by then.
    static func round(of type: ResourceType) -> Int {
        switch type {
        case .patient, .practitioner, .organization, .location, .medication, .device: 0
        case .practitionerRole, .relatedPerson, .condition: 1
        default: 2
        }
    }

    /// An entry for bytes that are no FHIR JSON; it is kept, so it is shown.
    static func unreadable(_ resource: ChartResource, _ source: ChartSource, _ problem: JSONProblem) -> ChartItem {
        var item = ChartItem(type: resource.type, kind: .other, source: source)
        item.details = [Detail(.unreadable, problem.explanation)]
        return item
    }

    func read(_ json: JSONValue, _ resource: ChartResource, _ kind: ChartKind, _ source: ChartSource) -> ChartItem {
        var item = ChartItem(type: resource.type, kind: kind, source: source)
        item.identifiers = json.identifiers
        readStatus(json, &item)
        switch resource.type {
        case .condition: readCondition(json, &item)
        case .allergyIntolerance: readAllergy(json, &item)
        case .medicationRequest, .medicationStatement, .medicationDispense, .medicationAdministration: readMedication(json, &item)
        case .immunization: readImmunization(json, &item)
        case .observation: readObservation(json, &item)
        case .diagnosticReport: readReport(json, &item)
        case .procedure: readProcedure(json, &item)
        case .encounter: readEncounter(json, &item)
        case .serviceRequest: readOrder(json, &item)
        case .specimen: readSpecimen(json, &item)
        case .documentReference: readDocument(json, &item)
        case .carePlan: readCarePlan(json, &item)
        case .goal: readGoal(json, &item)
        case .careTeam: readCareTeam(json, &item)
        case .device: readDevice(json, &item)
        case .relatedPerson: readContact(json, &item)
        default: readOther(json, &item)
        }
        for note in json.each("note") {
            if let text = note.words("text") { item.details.append(Detail(.note, text)) }
        }
        item.sources[0].statuses = item.statuses
        return item
    }

    private func readStatus(_ json: JSONValue, _ item: inout ChartItem) {
        item.statuses = [
            json.statusCode("verificationStatus"), json.statusCode("clinicalStatus"), json.words("lifecycleStatus"), json.words("status"),
            json.statusCode("achievementStatus"),
        ].compactMap(\.self)
        let codes = Set(item.statuses)
        if codes.contains("entered-in-error") {
            item.standing = .inError
        } else if !codes.isDisjoint(with: ["refuted", "not-done", "not-taken"]) || json["doNotPerform"]?.kind == .true {
            item.standing = .negated
        } else if !codes.isDisjoint(with: Self.over) {
            item.standing = .past
        }
        if let reason = json.conceptWords("statusReason") { item.details.append(Detail(.statusReason, reason)) }
    }

    private static let over: Set<String> = [
        "inactive", "resolved", "remission", "completed", "stopped", "cancelled", "revoked", "superseded", "rejected", "ended", "finished",
        "unavailable", "replaced",
    ]

    // MARK: What many types have

    /// Sets the first of these dates that is there.
    func setDate(_ json: JSONValue, _ names: [(StaticString, DateRole)], _ item: inout ChartItem) {
        for (name, role) in names {
            guard let value = json[name] else { continue }
            if let date = value.words.flatMap({ ChartDate($0) }) {
                (item.date, item.dateRole) = (date, role)
                return
            }
            if value.isObject, let start = value.date("start") ?? value.date("end") {
                (item.date, item.dateRole, item.end) = (start, role, value.date("end"))
                if let end = item.end, end.text != start.text { item.details.append(Detail(.ended, end.text)) }
                return
            }
            if let text = value.words { item.details.append(Detail(.dateAsSent, text)) }
        }
    }

    func add(_ label: Detail.Label, _ text: String?, to item: inout ChartItem) {
        guard let text, !text.isEmpty else { return }
        item.details.append(Detail(label, text))
    }

    func setConcept(_ concept: Concept?, _ item: inout ChartItem) {
        guard let concept else { return }
        item.concept = concept
        item.title = concept.words ?? ""
    }

    /// The reasons a thing was done for: in words, or the conditions it points at.
    func addReasons(_ json: JSONValue, to item: inout ChartItem) {
        let all = json.concepts("reasonCode").compactMap(\.words) + names.all(json.each("reasonReference"))
        add(.reason, all.prefix(6).joined(separator: ", "), to: &item)
    }

    /// Anything that has no reader of its own: the name and the date it is likely to have.
    private func readOther(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("code") ?? json.concept("type") ?? json.concept("vaccineCode"), &item)
        if item.title.isEmpty {
            item.title =
                json.words("title") ?? json["name"]?.first?.humanName ?? json.words("description") ?? names.of(json["practitioner"] ?? json)
                ?? json.conceptWords("category") ?? ""
        }
        setDate(
            json,
            [
                ("occurrenceDateTime", .performed), ("effectiveDateTime", .taken), ("performedDateTime", .performed), ("started", .started),
                ("period", .began), ("onsetDateTime", .onset), ("authoredOn", .written), ("authored", .written), ("date", .written),
                ("created", .written), ("recorded", .recorded), ("recordedDate", .recorded), ("issued", .recorded), ("sent", .written),
            ], &item)
        item.who = names.all(json.each("author") + json.each("performer") + json.each("recorder"))
        add(.description, json.words("description") == item.title ? nil : json.words("description"), to: &item)
        addReasons(json, to: &item)
        if item.kind == .supporting {
            add(.phone, phones(json), to: &item)
            add(.address, json["address"]?.first?.addressWords, to: &item)
        }
    }

    func phones(_ json: JSONValue) -> String? {
        let all = json.each("telecom").compactMap { $0.words("value") }
        return all.isEmpty ? nil : all.prefix(4).joined(separator: ", ")
    }
}
