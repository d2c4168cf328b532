import FHIR

/// Visits, what was done at them, and what was asked for.
extension ItemReader {
    func readEncounter(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("type"), &item)
        let visitClass = json["class"].flatMap { $0.coding }
        let className = visitClass.map { $0.display.isEmpty ? $0.code : $0.display }
        if item.title.isEmpty { item.title = json.conceptWords("serviceType") ?? className ?? "" }
        setDate(json, [("period", .began)], &item)
        add(.visitClass, visitClass?.code ?? className, to: &item)
        addReasons(json, to: &item)
        let places = json.each("location").compactMap { $0["location"] }
        add(.location, names.words(places) ?? json["serviceProvider"].flatMap { names.of($0) }, to: &item)
        if let stay = json["hospitalization"] { add(.discharge, stay.conceptWords("dischargeDisposition"), to: &item) }
        item.distinction = visitClass?.code ?? ""
        item.who = names.all(json.each("participant").compactMap { $0["individual"] })
    }

    func readProcedure(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("code"), &item)
        setDate(json, [("performedDateTime", .performed), ("performedPeriod", .performed)], &item)
        if item.date == nil { add(.dateAsSent, json.words("performedString") ?? json.quantity("performedAge")?.words, to: &item) }
        addReasons(json, to: &item)
        add(.site, json.conceptWords("bodySite"), to: &item)
        add(.location, json["location"].flatMap { names.of($0) }, to: &item)
        add(.conclusion, json.conceptWords("outcome"), to: &item)
        item.distinction = json.concept("bodySite")?.codings.first?.code ?? json.conceptWords("bodySite") ?? ""
        item.who = names.all(json.each("performer").compactMap { $0["actor"] } + json.each("recorder"))
    }

    func readOrder(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("code"), &item)
        setDate(json, [("authoredOn", .ordered), ("occurrenceDateTime", .ordered), ("occurrencePeriod", .ordered)], &item)
        add(.category, json.conceptWords("category"), to: &item)
        add(.priority, json.words("priority"), to: &item)
        addReasons(json, to: &item)
        add(.site, json.conceptWords("bodySite"), to: &item)
        item.distinction = [json.words("intent") ?? "", json.concept("bodySite")?.codings.first?.code ?? ""].joined(separator: "\u{1}")
        item.who = names.all(json.each("requester") + json.each("performer"))
    }
}
