/// When what a resource tells of was done: the date of service that rules on how far back a record reaches speak of.
///
/// Types that tell of a state rather than of a service, such as AllergyIntolerance or Device, have none. A condition lasts until it abates.
package enum ServiceDate {
    /// The time covered, or nil when the resource has none.
    package static func range(of resource: JSONValue, type: ResourceType) -> DateRange? {
        guard let paths = paths[type] else { return nil }
        var found: DateRange?
        for path in paths {
            path.forEachValue(in: resource) { value in
                guard let range = DateRange(value) else { return }
                found = found.map { DateRange(low: min($0.low, range.low), high: max($0.high, range.high)) } ?? range
            }
            if found != nil { break }
        }
        guard type == .condition else { return found }
        let end = abatement(of: resource)
        guard found != nil || end != nil else { return nil }
        return DateRange(low: found?.low ?? DateRange.earliest, high: end?.high ?? DateRange.latest)
    }

    private static func abatement(of condition: JSONValue) -> DateRange? {
        (condition["abatementDateTime"] ?? condition["abatementPeriod"]).flatMap { DateRange($0) }
    }

    /// For each type the elements to look at; the first that has a date counts.
    private static let paths: [ResourceType: [SearchPath]] = [
        .carePlan: ["period"], .careTeam: ["period"], .condition: ["onsetDateTime", "onsetPeriod", "recordedDate"],
        .diagnosticReport: ["effectiveDateTime", "effectivePeriod", "issued"], .documentReference: ["context.period", "date"],
        .encounter: ["period"], .immunization: ["occurrenceDateTime"], .media: ["createdDateTime", "createdPeriod", "issued"],
        .medicationDispense: ["whenHandedOver", "whenPrepared"], .medicationRequest: ["authoredOn"],
        .observation: ["effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming.event", "issued"],
        .procedure: ["performedDateTime", "performedPeriod"], .questionnaireResponse: ["authored"],
        .serviceRequest: ["occurrenceDateTime", "occurrencePeriod", "authoredOn"],
        .specimen: ["collection.collectedDateTime", "collection.collectedPeriod", "receivedTime"],
    ].mapValues { $0.map { SearchPath($0) } }
}

extension DateRange {
    /// A date, dateTime, instant or Period; a Period without an end is still going on.
    package init?(_ value: JSONValue) {
        if let text = value.text {
            guard let range = DateRange(text) else { return nil }
            self = range
            return
        }
        let start = value["start"]?.text.flatMap { DateRange($0) }
        let end = value["end"]?.text.flatMap { DateRange($0) }
        guard start != nil || end != nil else { return nil }
        self.init(low: start?.low ?? DateRange.earliest, high: end?.high ?? DateRange.latest)
    }
}
