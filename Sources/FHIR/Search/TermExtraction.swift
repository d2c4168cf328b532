/// Reads a resource's search values out of its JSON.
package enum TermExtraction {
    /// Replaces `terms` by those of this resource.
    package static func extract(_ resource: JSONValue, type: ResourceType, into terms: inout Terms) {
        terms.removeAll()
        for (index, parameter) in SearchTable.parameters(of: type).enumerated() where !parameter.isCompartment {
            let number = UInt8(index)
            for path in parameter.paths {
                walk(resource, path[...]) { append($0, kind: parameter.kind, number: number, to: &terms) }
            }
        }
    }

    private static func walk(_ value: JSONValue, _ path: ArraySlice<String>, _ body: (JSONValue) -> Void) {
        guard let name = path.first else { return body(value) }
        guard let member = value.member(name) else { return }
        member.forEachElement { walk($0, path.dropFirst(), body) }
    }

    private static func append(_ value: JSONValue, kind: SearchParameter.Kind, number: UInt8, to terms: inout Terms) {
        switch kind {
        case .token: appendToken(value, number, &terms)
        case .date: appendDate(value, number, &terms)
        case .string: appendString(value, number, &terms)
        case .reference:
            if let reference = value["reference"]?.text { terms.append(text: number, reference) }
        }
    }

    /// CodeableConcept, Coding, Identifier, ContactPoint, code, string or boolean.
    private static func appendToken(_ value: JSONValue, _ number: UInt8, _ terms: inout Terms) {
        guard value.isObject else {
            switch value.kind {
            case .string: if let text = value.text { terms.append(token: number, system: nil, code: text) }
            case .true, .false, .number: terms.append(token: number, system: nil, code: value.bytes)
            case .object, .array, .null: break
            }
            return
        }
        if let codings = value["coding"] {
            codings.forEachElement { coding in
                if let code = coding["code"]?.text { terms.append(token: number, system: coding["system"]?.text, code: code) }
            }
        } else if let code = value["code"]?.text ?? value["value"]?.text {
            terms.append(token: number, system: value["system"]?.text, code: code)
        }
    }

    /// date, dateTime, instant or Period; a Period without an end is still going on.
    private static func appendDate(_ value: JSONValue, _ number: UInt8, _ terms: inout Terms) {
        if let text = value.text {
            if let range = DateRange(text) { terms.append(date: number, range) }
        } else if value.isObject {
            let start = value["start"]?.text.flatMap { DateRange($0) }
            let end = value["end"]?.text.flatMap { DateRange($0) }
            guard start != nil || end != nil else { return }
            terms.append(date: number, DateRange(low: start?.low ?? DateRange.earliest, high: end?.high ?? DateRange.latest))
        }
    }

    /// A string, or each part of a HumanName or an Address.
    private static func appendString(_ value: JSONValue, _ number: UInt8, _ terms: inout Terms) {
        if let text = value.text { return terms.append(text: number, text) }
        for part in Self.parts {
            value[part]?.forEachElement { element in
                if let text = element.text { terms.append(text: number, text) }
            }
        }
    }

    private static let parts: [StaticString] = [
        "text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country",
    ]
}
