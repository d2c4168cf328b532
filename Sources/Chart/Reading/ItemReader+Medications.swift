import FHIR

/// Medicines that were ordered, given out, given or reported, and immunizations.
extension ItemReader {
    func readMedication(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(medicine(json), &item)
        if item.title.isEmpty, let reference = json["medicationReference"] { item.title = names.of(reference) ?? "" }
        setDate(
            json,
            [
                ("authoredOn", .ordered), ("effectiveDateTime", .taken), ("effectivePeriod", .taken), ("whenHandedOver", .given),
                ("whenPrepared", .given), ("dateAsserted", .recorded),
            ], &item)
        let doses = (json.each("dosageInstruction") + json.each("dosage")).prefix(6).compactMap(dose)
        add(.dose, doses.joined(separator: "; "), to: &item)
        add(.quantity, json.quantity("quantity")?.words, to: &item)
        if let supply = json["dispenseRequest"] {
            add(.quantity, supply.quantity("quantity")?.words, to: &item)
            add(.supply, supply.quantity("expectedSupplyDuration")?.words, to: &item)
            add(.refills, supply["numberOfRepeatsAllowed"]?.token, to: &item)
        }
        add(.supply, json.quantity("daysSupply")?.words, to: &item)
        addReasons(json, to: &item)
        add(.category, json.conceptWords("category"), to: &item)
        let performers = json.each("performer").map { $0["actor"] ?? $0 }
        item.who = names.all(json.each("requester") + json.each("informationSource") + performers)
        // Two orders of one medicine on one day are one only when they say the same.
        item.distinction = (doses + [json.words("intent") ?? "", item.details.first { $0.label == .quantity }?.text ?? ""])
            .joined(separator: "\u{1}")
    }

    /// The medicine's code: of its own, of the Medication inside, or none.
    private func medicine(_ json: JSONValue) -> Concept? {
        if let concept = json.concept("medicationCodeableConcept") { return concept }
        guard let reference = json["medicationReference"]?.words("reference"), reference.utf8.first == UInt8(ascii: "#") else { return nil }
        let inside = json.each("contained").first { $0.words("id").map { "#" + $0 == reference } ?? false }
        return inside?.concept("code")
    }

    private func dose(_ dosage: JSONValue) -> String? {
        if let text = dosage.words("text") { return text }
        if let text = dosage.words("patientInstruction") { return text }
        let amount = dosage["doseAndRate"]?.first.flatMap { $0.quantity("doseQuantity")?.words ?? $0["doseRange"]?.rangeWords }
        let timing = dosage["timing"].flatMap { $0.conceptWords("code") ?? $0["repeat"].flatMap(frequency) }
        let parts = [amount, dosage.conceptWords("route"), timing, dosage["asNeededBoolean"]?.kind == .true ? "as needed" : nil]
        let all = parts.compactMap(\.self)
        return all.isEmpty ? nil : all.joined(separator: ", ")
    }

    /// `2 × / 1 d`: how often in which time, without words, so that it reads in every language.
    private func frequency(_ repeated: JSONValue) -> String? {
        guard let period = repeated["period"]?.token, let unit = repeated.words("periodUnit") else { return nil }
        return "\(repeated["frequency"]?.token ?? "1") × / \(period) \(unit)"
    }

    func readImmunization(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("vaccineCode"), &item)
        setDate(json, [("occurrenceDateTime", .given), ("recorded", .recorded)], &item)
        if item.date == nil { add(.dateAsSent, json.words("occurrenceString"), to: &item) }
        if let protocolApplied = json["protocolApplied"]?.first {
            add(.doseNumber, protocolApplied["doseNumberPositiveInt"]?.token ?? protocolApplied.words("doseNumberString"), to: &item)
        }
        add(.quantity, json.quantity("doseQuantity")?.words, to: &item)
        add(.site, json.conceptWords("site"), to: &item)
        add(.lot, json.words("lotNumber"), to: &item)
        add(.expires, json.date("expirationDate")?.text, to: &item)
        add(.manufacturer, json["manufacturer"].flatMap { names.of($0) }, to: &item)
        add(.location, json["location"].flatMap { names.of($0) }, to: &item)
        item.who = names.all(json.each("performer").compactMap { $0["actor"] })
    }
}
