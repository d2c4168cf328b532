import FHIR

/// Answers what the columns do not hold, from the resources themselves: `:text`, `:of-type`, `:identifier` and `:missing`. Asked rarely.
enum DocumentSearch {
    /// Whether this is for here.
    static func isNeeded(_ values: [SearchValue]) -> Bool {
        values.contains {
            switch $0 {
            case .text, .ofType, .referenceIdentifier: true
            case .token, .date, .string, .reference, .quantity, .uri: false
            }
        }
    }

    static func matches(_ resource: JSONValue, _ parameter: SearchParameter, _ values: [SearchValue]) -> Bool {
        var holds = false
        for path in parameter.paths where path.constant == nil {
            path.forEachValue(in: resource) { element in
                if !holds, isOf(path.target, element) { holds = values.contains { matches(element, $0) } }
            }
        }
        return holds
    }

    /// Whether the resource has the parameter's element, be it a text without a code or a reference without an address. Extensions
    /// alone, such as the reason for its absence, are no value.
    static func isPresent(_ resource: JSONValue, _ parameter: SearchParameter) -> Bool {
        var holds = false
        for path in parameter.paths {
            if path.steps.isEmpty { return true }
            path.forEachValue(in: resource) { element in
                if !holds { holds = isOf(path.target, element) && hasValue(element) }
            }
        }
        return holds
    }

    /// `.where(resolve() is Patient)`: what is known to lead elsewhere does not count.
    private static func isOf(_ target: ResourceType?, _ element: JSONValue) -> Bool {
        guard let target else { return true }
        if let text = element["reference"]?.text { return Reference(text)?.type == target }
        return element["type"].map { $0.isText(target.name) } ?? true
    }

    private static func hasValue(_ element: JSONValue) -> Bool {
        guard element.isObject else { return element.kind != .null }
        var holds = false
        element.forEachMember { name, _ in if !name.isText("extension") && !name.isText("id") { holds = true } }
        return holds
    }

    private static func matches(_ element: JSONValue, _ value: SearchValue) -> Bool {
        switch value {
        case .text(let folded): hasText(element, folded)
        case .ofType(let system, let code, let value):
            element["value"]?.isText(value) == true && has(element["type"]?["coding"], system, code)
        case .referenceIdentifier(let token): element["identifier"].map { isIdentifier($0, token) } ?? false
        case .token, .date, .string, .reference, .quantity, .uri: false
        }
    }

    /// The text of the concept, the display of a coding, or the text of an identifier's type, beginning with this.
    private static func hasText(_ element: JSONValue, _ folded: [UInt8]) -> Bool {
        var holds = false
        func look(_ value: JSONValue?) {
            if let text = value?.string, text.folded.utf8.starts(with: folded) { holds = true }
        }
        look(element["text"])
        look(element["display"])
        look(element["type"]?["text"])
        element["coding"]?.forEachElement { look($0["display"]) }
        return holds
    }

    private static func has(_ codings: JSONValue?, _ system: String, _ code: String) -> Bool {
        var holds = false
        codings?.forEachElement { if $0["system"]?.isText(system) == true && $0["code"]?.isText(code) == true { holds = true } }
        return holds
    }

    private static func isIdentifier(_ identifier: JSONValue, _ token: TokenValue) -> Bool {
        let system = identifier["system"]?.text
        switch token.system {
        case .any: break
        case .none: guard system == nil else { return false }
        case .exactly(let wanted): guard system?.elementsEqual(wanted) == true else { return false }
        }
        guard let code = token.code else { return true }
        return identifier["value"]?.text?.elementsEqual(code) == true
    }
}

extension JSONValue {
    fileprivate func isText(_ expected: String) -> Bool { text?.elementsEqual(expected.utf8) == true }
}
