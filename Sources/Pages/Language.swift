/// The languages every page and mail is written in; the raw value is the HTML `lang` value (RFC 5646).
package enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case spanish = "es"

    /// The language a browser asks for: the highest weight wins, then the earlier one; English when nothing fits (RFC 9110 §12.5.4).
    package static func preferred(acceptLanguage: String?) -> Language {
        guard let acceptLanguage else { return .english }
        var weights: [Language: Int] = [:]
        var wildcard = 0
        var order: [Language] = []
        for range in acceptLanguage.utf8.prefix(1_000).split(separator: UInt8(ascii: ",")).prefix(40) {
            let parts = range.split(separator: UInt8(ascii: ";"))
            guard let tag = parts.first.map(Self.lowercased), let weight = Self.weight(parts.dropFirst()) else { continue }
            if tag == "*" {
                wildcard = weight
            } else if let language = Language(rawValue: String(tag.prefix { $0 != "-" })) {
                if weights[language] == nil { order.append(language) }
                weights[language] = max(weight, weights[language] ?? 0)
            }
        }
        // A wildcard speaks for every language the header does not name, and English is the one we would rather give.
        for language in allCases where weights[language] == nil {
            weights[language] = wildcard
            order.append(language)
        }
        var best = Language.english
        var bestWeight = 0
        for language in order {
            let weight = weights[language] ?? 0
            if weight > bestWeight {
                best = language
                bestWeight = weight
            }
        }
        return best
    }

    /// The one of two texts that is in this language; both stand side by side in the source, so none can be forgotten.
    func callAsFunction(_ english: String, _ spanish: String) -> String {
        switch self {
        case .english: english
        case .spanish: spanish
        }
    }

    /// The language's own name, for the switch.
    var ownName: String { self("English", "Español") }

    private static func lowercased(_ bytes: Substring.UTF8View) -> String {
        String(Substring(bytes)).filter { $0 != " " && $0 != "\t" }.lowercased()
    }

    /// Weight in thousandths; nil when the parameter is not a weight (RFC 9110 §12.4.2).
    private static func weight(_ parameters: ArraySlice<Substring.UTF8View>) -> Int? {
        guard let parameter = parameters.first.map(lowercased) else { return 1_000 }
        guard parameter.hasPrefix("q=") else { return nil }
        let digits = Array(parameter.dropFirst(2).utf8)
        guard let first = digits.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"), digits.count <= 5 else { return nil }
        var thousandths = first == UInt8(ascii: "1") ? 1_000 : 0
        if digits.count > 1 {
            guard digits[1] == UInt8(ascii: ".") else { return nil }
            var unit = 100
            for digit in digits.dropFirst(2) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                thousandths += Int(digit - UInt8(ascii: "0")) * unit
                unit /= 10
            }
        }
        return thousandths <= 1_000 ? thousandths : nil
    }
}
