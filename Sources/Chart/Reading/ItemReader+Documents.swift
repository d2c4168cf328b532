import FHIR

/// Documents and devices.
extension ItemReader {
    func readDocument(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("type") ?? json.concept("category"), &item)
        if let description = json.words("description") { add(.description, description, to: &item) }
        setDate(json, [("date", .written)], &item)
        if item.date == nil, let context = json["context"] { setDate(context, [("period", .written)], &item) }
        let files = json.each("content").compactMap { $0["attachment"] }
        if item.date == nil { item.date = files.lazy.compactMap { $0.date("creation") }.first }
        item.attachments = files.count
        add(.category, json.conceptWords("category"), to: &item)
        add(.custodian, json["custodian"].flatMap { names.of($0) }, to: &item)
        item.distinction = files.map(Attachment.fingerprint).joined(separator: "\u{1}")
        item.who = names.all(json.each("author") + json.each("authenticator"))
    }

    func readDevice(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("type"), &item)
        if let name = json["deviceName"]?.first?.words("name"), item.title.isEmpty { item.title = name }
        setDate(json, [("manufactureDate", .made)], &item)
        add(.manufacturer, json.words("manufacturer"), to: &item)
        add(.lot, json.words("lotNumber"), to: &item)
        add(.serial, json.words("serialNumber"), to: &item)
        add(.expires, json.date("expirationDate")?.text, to: &item)
        item.distinction = [json.words("serialNumber") ?? "", json.words("distinctIdentifier") ?? ""].joined(separator: "\u{1}")
    }
}
