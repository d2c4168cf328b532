import Foundation

/// A Quantity, or a Range of them, with exact decimals.
struct PlainQuantity {
    let low: Decimal
    let high: Decimal
    let system: String?
    let code: String?
    let unit: String?

    private static let most = Decimal(sign: .plus, exponent: 100, significand: 1)

    init?(_ value: Plain) {
        let isRange = value["low"] != nil || value["high"] != nil
        guard let measure = isRange ? value["low"] ?? value["high"] : value else { return nil }
        if isRange {
            low = value["low"]?["value"]?.number ?? -Self.most
            high = value["high"]?["value"]?.number ?? Self.most
        } else {
            guard let number = value["value"]?.number else { return nil }
            (low, high) = (number, number)
        }
        (system, code, unit) = (measure["system"]?.text, measure["code"]?.text, measure["unit"]?.text)
    }

    /// `5.4`, `gt5.4`, `5.4|system|code` or `5.4||unit`.
    func meets(_ choice: String) -> Bool {
        let parts = PlainText.split(choice, at: "|").map { PlainText.unescaped($0) }
        if parts.count == 3 {
            if !parts[1].isEmpty, system != parts[1] { return false }
            if !parts[2].isEmpty, code != parts[2], !parts[1].isEmpty || unit != parts[2] { return false }
        }
        let (prefix, digits) = PlainText.prefix(parts[0])
        guard let number = Decimal(string: digits) else { return false }
        // The last digit written stands for half of itself up and down.
        let places = digits.split(separator: ".").dropFirst().first?.count ?? 0
        let half = Decimal(sign: .plus, exponent: -places - 1, significand: 5)
        let isEqual = number - half <= low && high < number + half
        let tenth = (number < 0 ? -number : number) / 10
        switch prefix {
        case "ne": return !isEqual
        case "gt": return high > number
        case "lt": return low < number
        case "ge": return high >= number
        case "le": return low <= number
        case "sa": return low > number
        case "eb": return high < number
        case "ap": return low <= number + tenth && high >= number - tenth
        default: return isEqual
        }
    }
}
