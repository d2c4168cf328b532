import Foundation

/// The texts of a query and of a resource, as FHIR's search reads them.
enum PlainText {
    struct Token: Equatable {
        let system: String?
        let code: String
    }

    /// CodeableConcept, Coding, Identifier, ContactPoint, code, string or boolean.
    static func tokens(_ element: Plain) -> [Token] {
        switch element {
        case .text(let code): return [Token(system: nil, code: code)]
        case .flag(let flag): return [Token(system: nil, code: flag ? "true" : "false")]
        case .number, .list: return []
        case .object:
            if let codings = element["coding"] { return codings.elements.flatMap { tokens($0) } }
            return (element["code"]?.text ?? element["value"]?.text).map { [Token(system: element["system"]?.text, code: $0)] } ?? []
        }
    }

    /// CodeableConcept.text, Coding.display, Identifier.type.text.
    static func displays(_ element: Plain) -> [String] {
        [element["text"], element["display"], element["type"]?["text"]].compactMap { $0?.text }
            + (element["coding"]?.elements ?? []).compactMap { $0["display"]?.text }
    }

    /// A string, or every part of a HumanName or an Address.
    static func strings(_ element: Plain) -> [String] {
        if let text = element.text { return [text] }
        let parts = ["text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country"]
        return parts.flatMap { element[$0]?.elements.compactMap(\.text) ?? [] }
    }

    // MARK: Queries

    /// At the separators that no backslash stands before.
    static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var isEscaped = false
        for character in text {
            if character == separator, !isEscaped {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
            isEscaped = character == "\\" && !isEscaped
        }
        return parts
    }

    static func unescaped(_ text: String) -> String {
        var out = ""
        var isEscaped = false
        for character in text {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                out.append(character)
                isEscaped = false
            }
        }
        return out
    }

    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            if "\\,|$".contains(character) { out.append("\\") }
            out.append(character)
        }
    }

    /// `ge2011` is `ge` and `2011`; without letters it is `eq`.
    static func prefix(_ text: String) -> (String, String) {
        text.first?.isLetter == true ? (String(text.prefix(2)), String(text.dropFirst(2))) : ("eq", text)
    }

    // MARK: Case and accents

    static func foldedText(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: Locale(identifier: "en_US_POSIX"))
    }

    static func folded(_ text: String) -> [Unicode.Scalar] { Array(foldedText(text).unicodeScalars) }
}
