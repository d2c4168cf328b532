import FHIR

/// Observations, reports and specimens.
extension ItemReader {
    func readObservation(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("code"), &item)
        item.kind = kind(of: json.concepts("category"))
        setDate(
            json,
            [
                ("effectiveDateTime", .taken), ("effectivePeriod", .taken), ("effectiveInstant", .taken), ("issued", .recorded),
            ], &item)
        item.value = value(json)
        item.interpretation = interpretation(json)
        item.range = range(json)
        item.components = json.each("component").compactMap { part in
            guard let concept = part.concept("code") else { return nil }
            return Component(concept: concept, value: value(part), interpretation: interpretation(part), range: range(part))
        }
        add(.site, json.conceptWords("bodySite"), to: &item)
        add(.method, json.conceptWords("method"), to: &item)
        add(.specimen, json["specimen"].flatMap { names.of($0) }, to: &item)
        item.distinction = [
            json.concept("bodySite")?.codings.first?.code ?? json.conceptWords("bodySite") ?? "",
            json.concept("method")?.codings.first?.code ?? "",
        ].joined(separator: "\u{1}")
        item.who = names.all(json.each("performer"))
    }

    private func kind(of categories: [Concept]) -> ChartKind {
        for category in categories {
            for coding in category.codings {
                switch coding.code {
                case "vital-signs": return .vitalSign
                case "laboratory": return .laboratory
                case "social-history", "survey", "sdoh", "functional-status", "disability-status", "cognitive-status",
                    "care-experience-preference", "treatment-intervention-preference":
                    return .habit
                default: continue
                }
            }
        }
        return .finding
    }

    /// The value in any of its eleven shapes.
    private func value(_ json: JSONValue) -> ItemValue? {
        if let quantity = json.quantity("valueQuantity") { return .quantity(quantity) }
        if let words = json["valueCodeableConcept"]?.concept.words { return .text(words) }
        if let words = json.words("valueString") { return .text(words) }
        if let truth = json["valueBoolean"] {
            switch truth.kind {
            case .true: return .truth(true)
            case .false: return .truth(false)
            case .object, .array, .string, .number, .null: break
            }
        }
        if let number = json["valueInteger"]?.token { return .quantity(Quantity(comparator: "", value: number, unit: "", code: "")) }
        if let words = json["valueRange"]?.rangeWords ?? json["valueRatio"]?.ratioWords { return .text(words) }
        if let words = json.words("valueDateTime") ?? json.words("valueTime") { return .text(words) }
        if let period = json["valuePeriod"] {
            let ends = [period.words("start"), period.words("end")].compactMap(\.self)
            if !ends.isEmpty { return .text(ends.joined(separator: " – ")) }
        }
        if let reason = json.concept("dataAbsentReason") { return .absent(reason.codings.first?.code ?? reason.words ?? "") }
        return nil
    }

    private func interpretation(_ json: JSONValue) -> Interpretation? {
        guard let concept = json.concept("interpretation") else { return nil }
        return Interpretation(code: concept.codings.first?.code ?? "", text: concept.words ?? "")
    }

    /// The range for this person: of several, the one that is called normal or has no type.
    private func range(_ json: JSONValue) -> ReferenceRange? {
        let all = json.each("referenceRange")
        let usual = all.first { range in range["type"].map { $0.concept.has("normal") } ?? true }
        guard let chosen = usual ?? all.first else { return nil }
        let range = ReferenceRange(low: chosen.quantity("low"), high: chosen.quantity("high"), text: chosen.words("text"))
        return range.words.isEmpty ? nil : range
    }

    func readReport(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("code"), &item)
        setDate(json, [("effectiveDateTime", .taken), ("effectivePeriod", .taken), ("issued", .recorded)], &item)
        add(.category, json.conceptWords("category"), to: &item)
        add(.conclusion, json.words("conclusion") ?? json.conceptWords("conclusionCode"), to: &item)
        let results = json.each("result")
        if !results.isEmpty { add(.results, names.words(results) ?? String(results.count), to: &item) }
        let forms = json.each("presentedForm")
        item.attachments = forms.count
        item.distinction = (forms.map(Attachment.fingerprint) + [json.words("conclusion") ?? ""]).joined(separator: "\u{1}")
        item.who = names.all(json.each("resultsInterpreter") + json.each("performer"))
    }

    func readSpecimen(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("type"), &item)
        if let collection = json["collection"] {
            setDate(collection, [("collectedDateTime", .collected), ("collectedPeriod", .collected)], &item)
            add(.site, collection.conceptWords("bodySite"), to: &item)
            add(.method, collection.conceptWords("method"), to: &item)
            item.who = names.all(collection.each("collector"))
        }
        if item.date == nil { setDate(json, [("receivedTime", .recorded)], &item) }
    }
}
