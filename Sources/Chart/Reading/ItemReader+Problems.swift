import FHIR

/// Conditions and allergies.
extension ItemReader {
    func readCondition(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("code"), &item)
        let categories = json.concepts("category")
        let isListed = categories.contains { $0.has("problem-list-item") || $0.has("health-concern") }
        if !isListed, categories.contains(where: { $0.has("encounter-diagnosis") }) { item.kind = .diagnosis }
        setDate(json, [("onsetDateTime", .onset), ("onsetPeriod", .onset), ("recordedDate", .recorded)], &item)
        if item.dateRole == .onset, let recorded = json.date("recordedDate") { add(.recorded, recorded.text, to: &item) }
        if item.date == nil || item.dateRole == .recorded {
            add(.dateAsSent, json.words("onsetString") ?? json.quantity("onsetAge")?.words, to: &item)
        }
        if let over = json.date("abatementDateTime") ?? json["abatementPeriod"]?.date("end") {
            item.end = over
            add(.ended, over.text, to: &item)
        } else {
            add(.ended, json.words("abatementString") ?? json.quantity("abatementAge")?.words, to: &item)
        }
        if item.standing == .current, item.end != nil, json["clinicalStatus"] == nil { item.standing = .past }
        add(.severity, json.conceptWords("severity"), to: &item)
        add(.site, json.conceptWords("bodySite"), to: &item)
        add(.stage, json["stage"]?.first?.conceptWords("summary"), to: &item)
        item.distinction = json.concept("bodySite")?.codings.first?.code ?? ""
        item.who = names.all(json.each("recorder") + json.each("asserter"))
    }

    func readAllergy(_ json: JSONValue, _ item: inout ChartItem) {
        let reactions = json.each("reaction")
        setConcept(json.concept("code") ?? reactions.lazy.compactMap { $0.concept("substance") }.first, &item)
        setDate(json, [("onsetDateTime", .onset), ("onsetPeriod", .onset), ("recordedDate", .recorded)], &item)
        add(.criticality, json.words("criticality"), to: &item)
        let manifestations = reactions.flatMap { $0.concepts("manifestation").compactMap(\.words) }
        add(.reaction, manifestations.prefix(8).joined(separator: ", "), to: &item)
        let severities = Set(reactions.compactMap { $0.words("severity") })
        add(.severity, ["severe", "moderate", "mild"].first { severities.contains($0) }, to: &item)
        add(.category, json.each("category").compactMap(\.words).prefix(4).joined(separator: ", "), to: &item)
        item.who = names.all(json.each("recorder") + json.each("asserter"))
    }
}
