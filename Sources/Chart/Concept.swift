/// A code in its code system.
package struct Coding: Sendable, Hashable {
    package let system: String
    package let code: String
    package let display: String

    package init(system: String, code: String, display: String) {
        (self.system, self.code, self.display) = (system, code, display)
    }
}

/// A CodeableConcept: words, and the codes that say the same.
package struct Concept: Sendable, Hashable {
    package let text: String?
    package let codings: [Coding]

    package init(text: String?, codings: [Coding]) { (self.text, self.codings) = (text, codings) }

    /// What a person reads: the sender's own words, else a code's name, else the code.
    package var words: String? {
        if let text { return Self.withoutTag(text) }
        if let named = codings.first(where: { !$0.display.isEmpty }) { return Self.withoutTag(named.display) }
        return codings.first { !$0.code.isEmpty }?.code
    }

    func has(_ code: String) -> Bool { codings.contains { $0.code == code } }

    /// SNOMED CT names end with their branch, as in "Asthma (disorder)", which says nothing to a reader.
    static func withoutTag(_ words: String) -> String {
        guard words.utf8.last == UInt8(ascii: ")") else { return words }
        for tag in tags where words.hasSuffix(tag) && words.utf8.count > tag.utf8.count { return String(words.dropLast(tag.count)) }
        return words
    }

    private static let tags = [
        " (disorder)", " (finding)", " (procedure)", " (situation)", " (regime/therapy)", " (physical object)", " (substance)",
        " (product)", " (medicinal product)", " (clinical drug)", " (event)", " (observable entity)", " (morphologic abnormality)",
        " (body structure)", " (record artifact)", " (qualifier value)", " (occupation)", " (specimen)", " (person)", " (environment)",
        " (organism)", " (social concept)",
    ]
}

/// An identifier that some system gave, by which the same thing is known elsewhere.
package struct Identifier: Sendable, Hashable {
    package let system: String
    package let value: String

    package init(system: String, value: String) { (self.system, self.value) = (system, value) }
}
