/// The NPI of US health care: ten digits, the last of which checks the others (45 CFR 162.406; ISO/IEC 7812-1 with the prefix 80840).
package enum NationalProviderIdentifier {
    package static func isValid(_ text: String) -> Bool {
        let digits = text.utf8.map { Int($0) - 0x30 }
        guard digits.count == 10, digits.allSatisfy({ (0...9).contains($0) }) else { return false }
        // 24 is what the prefix adds.
        let sum = digits.reversed().enumerated().reduce(24) { sum, entry in
            let doubled = entry.offset % 2 == 1 ? entry.element * 2 : entry.element
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0
    }
}
