/// One SMART scope on resources, such as `patient/Observation.rs?category=laboratory` or, in version 1, `patient/*.read`.
///
/// SMART App Launch 2.2.0, Scopes for requesting FHIR resources.
package struct Scope: Sendable, Hashable {
    package enum Context: String, Sendable, CaseIterable {
        case patient, user, system
    }

    package struct Interactions: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let create = Interactions(rawValue: 1)
        /// Read, version read and the history of one resource.
        package static let read = Interactions(rawValue: 2)
        package static let update = Interactions(rawValue: 4)
        package static let delete = Interactions(rawValue: 8)
        /// Search, and the history of a type.
        package static let search = Interactions(rawValue: 16)
        package static let readSearch: Interactions = [.read, .search]

        static let letters: [(UInt8, Interactions)] = [
            (UInt8(ascii: "c"), .create), (UInt8(ascii: "r"), .read), (UInt8(ascii: "u"), .update), (UInt8(ascii: "d"), .delete),
            (UInt8(ascii: "s"), .search),
        ]
    }

    /// One search condition of a granular scope, decoded; the value is a FHIR token search value such as `system|code`, perhaps several
    /// joined by commas.
    package struct Parameter: Sendable, Hashable {
        package let name: String
        package let value: String

        package static func == (a: Parameter, b: Parameter) -> Bool {
            a.name.hasSameBytes(as: b.name) && a.value.hasSameBytes(as: b.value)
        }
    }

    package let context: Context
    /// nil is the wildcard `*`.
    package let type: String?
    package let interactions: Interactions
    /// All must hold; empty is no condition.
    package let parameters: [Parameter]
    /// As it was asked for, or as it was narrowed.
    package let text: String
    /// Written as `.read`, `.write` or `.*`.
    package let isV1: Bool

    package var isWildcard: Bool { type == nil }

    /// True when the scope speaks of this type.
    package func covers(type name: String) -> Bool {
        guard let type else { return true }
        return type.hasSameBytes(as: name)
    }

    package static func == (a: Scope, b: Scope) -> Bool {
        a.text.hasSameBytes(as: b.text)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

extension Scope {
    /// Reads a token that begins with `patient/`, `user/` or `system/`; nil when the rest breaks the grammar.
    init?(context: Context, token: String) {
        let bytes = Array(token.utf8)
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let rest = bytes[(slash + 1)...]
        let question = rest.firstIndex(of: UInt8(ascii: "?"))
        let head = rest[..<(question ?? rest.endIndex)]
        guard let dot = head.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let typeName = head[..<dot]
        let verbs = String(decoding: head[(dot + 1)...], as: UTF8.self)

        guard typeName.elementsEqual("*".utf8) || Self.isTypeName(typeName) else { return nil }
        type = typeName.elementsEqual("*".utf8) ? nil : String(decoding: typeName, as: UTF8.self)
        self.context = context
        text = token
        switch verbs {
        case "read": (interactions, isV1) = (.readSearch, true)
        case "write": (interactions, isV1) = ([.create, .update, .delete], true)
        case "*": (interactions, isV1) = ([.create, .read, .update, .delete, .search], true)
        default:
            guard let parsed = Self.interactions(verbs) else { return nil }
            (interactions, isV1) = (parsed, false)
        }
        guard let question else {
            parameters = []
            return
        }
        guard !isV1, let form = try? FormParameters(rest[(question + 1)...]), !form.pairs.isEmpty,
            form.pairs.allSatisfy({ !$0.name.isEmpty && !$0.value.isEmpty })
        else { return nil }
        parameters = form.pairs.map { Parameter(name: $0.name, value: $0.value) }
    }

    /// Makes a scope and its text; version 1 spelling only where it says the same.
    init(context: Context, type: String?, interactions: Interactions, parameters: [Parameter], preferV1: Bool) {
        self.context = context
        self.type = type
        self.interactions = interactions
        self.parameters = parameters
        isV1 = preferV1 && parameters.isEmpty && interactions == .readSearch
        let verbs = Interactions.letters.filter { interactions.contains($0.1) }.map { UInt8($0.0) }
        let query = parameters.map { PercentEncoding.encoded($0.name) + "=" + PercentEncoding.encoded($0.value) }.joined(separator: "&")
        text =
            context.rawValue + "/" + (type ?? "*") + "." + (isV1 ? "read" : String(decoding: verbs, as: UTF8.self))
            + (query.isEmpty ? "" : "?" + query)
    }

    /// What both scopes allow; nil when they share nothing. Keeps this scope's text when the other takes nothing away.
    func intersection(_ other: Scope) -> Scope? {
        let shared = interactions.intersection(other.interactions)
        guard context == other.context, !shared.isEmpty else { return nil }
        if let type, let otherType = other.type, !type.hasSameBytes(as: otherType) { return nil }
        let added = other.parameters.filter { !parameters.contains($0) }
        if shared == interactions, added.isEmpty, type != nil || other.type == nil { return self }
        return Scope(
            context: context, type: type ?? other.type, interactions: shared, parameters: parameters + added, preferV1: isV1)
    }

    private static func isTypeName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first), bytes.count <= 64 else { return false }
        return bytes.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0 & 0xDF) }
    }

    /// `cruds` in that order, each at most once; nil for any other order, so `.read` can never pass for `.rd`.
    private static func interactions(_ letters: String) -> Interactions? {
        var remaining = Interactions.letters[...]
        var result: Interactions = []
        for letter in letters.utf8 {
            guard let index = remaining.firstIndex(where: { $0.0 == letter }) else { return nil }
            result.insert(remaining[index].1)
            remaining = remaining[(index + 1)...]
        }
        return result.isEmpty ? nil : result
    }
}
