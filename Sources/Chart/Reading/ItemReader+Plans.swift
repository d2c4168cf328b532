import FHIR

/// Plans, goals and the people who carry them.
extension ItemReader {
    func readCarePlan(_ json: JSONValue, _ item: inout ChartItem) {
        let categories = json.concepts("category")
        // Every US Core plan carries "assess-plan"; another category, if there is one, says what it is about.
        let telling = categories.first { !$0.has("assess-plan") } ?? categories.first
        item.title = json.words("title") ?? telling?.words ?? ""
        item.concept = Concept(text: nil, codings: [])
        setDate(json, [("period", .started), ("created", .written)], &item)
        add(.reason, names.words(json.each("addresses")), to: &item)
        let activities = json.each("activity").compactMap { activity -> String? in
            guard let detail = activity["detail"] else { return activity["reference"].flatMap { names.of($0) } }
            return detail.conceptWords("code") ?? detail.words("description")
        }
        add(.activity, activities.prefix(12).joined(separator: ", "), to: &item)
        add(.description, json.words("description"), to: &item)
        item.distinction = activities.joined(separator: "\u{1}")
        item.who = names.all(json.each("author") + json.each("contributor"))
    }

    func readGoal(_ json: JSONValue, _ item: inout ChartItem) {
        setConcept(json.concept("description"), &item)
        setDate(json, [("startDate", .started), ("statusDate", .recorded)], &item)
        for target in json.each("target").prefix(6) {
            let aim =
                target.quantity("detailQuantity")?.words ?? target["detailRange"]?.rangeWords
                ?? target.conceptWords("detailCodeableConcept")
            let measure = target.conceptWords("measure")
            add(.target, [measure, aim, target.words("dueDate")].compactMap(\.self).joined(separator: ", "), to: &item)
        }
        add(.reason, names.words(json.each("addresses")), to: &item)
        add(.priority, json.conceptWords("priority"), to: &item)
        item.who = names.all(json.each("expressedBy"))
    }

    func readCareTeam(_ json: JSONValue, _ item: inout ChartItem) {
        item.title = json.words("name") ?? json.conceptWords("category") ?? json.conceptWords("reasonCode") ?? ""
        setDate(json, [("period", .began)], &item)
        for participant in json.each("participant").prefix(20) {
            let role = participant.conceptWords("role")
            let name = participant["member"].flatMap { names.of($0) }
            add(.member, [name, role].compactMap(\.self).joined(separator: ", "), to: &item)
        }
        addReasons(json, to: &item)
        item.who = names.all(json.each("managingOrganization"))
    }

    func readContact(_ json: JSONValue, _ item: inout ChartItem) {
        item.title = json["name"]?.first?.humanName ?? ""
        add(.relationship, json.conceptWords("relationship"), to: &item)
        add(.phone, phones(json), to: &item)
        add(.address, json["address"]?.first?.addressWords, to: &item)
        setDate(json, [("period", .began)], &item)
        if json["active"]?.kind == .false { item.standing = .past }
    }
}
