import FHIR

/// What one transfer brought, told in numbers before anything is kept.
package struct TransferReport: Sendable, Equatable {
    package struct TypeCount: Sendable, Equatable {
        package let type: String
        package let count: Int
        package let bytes: Int
        package init(type: String, count: Int, bytes: Int) { (self.type, self.count, self.bytes) = (type, count, bytes) }
    }

    /// So many for one reason, or of one name.
    package struct Counted: Sendable, Equatable {
        package let words: String
        package var count: Int
        package init(_ words: String, _ count: Int) { (self.words, self.count) = (words, count) }
    }

    /// In alphabetical order.
    package var types: [TypeCount] = []
    /// `YYYY-MM` and how many resources are dated in it, oldest first; months between without any are not listed.
    package var months: [Counted] = []
    /// Resources without a date.
    package var undated = 0
    /// Codings whose system is not one that this program knows, and concepts with words alone, by system.
    package var unknownCodes: [Counted] = []
    /// Received, but not kept, by reason.
    package var quarantined: [Counted] = []
    /// Referred to, but not to be had, by type.
    package var missing: [Counted] = []
    /// Types that the payer does not share or offer, and those that broke off, each with the reason.
    package var notShared: [String] = []
    package var brokenOff: [String] = []
    /// Between the first request and the last answer.
    package var milliseconds = 0

    package init() {}

    package var resources: Int { types.reduce(0) { $0 + $1.count } }
    package var bytes: Int { types.reduce(0) { $0 + $1.bytes } }
    /// Nothing broke off, so what is not there is not there at the payer.
    package var isWhole: Bool { brokenOff.isEmpty }

    /// The months from the first to the last in which nothing is dated, as `YYYY-MM`.
    package var gaps: [String] {
        guard let first = months.first.flatMap({ Self.number($0.words) }), let last = months.last.flatMap({ Self.number($0.words) }),
            last - first < 2400
        else { return [] }
        let known = Set(months.compactMap { Self.number($0.words) })
        return (first...last).filter { !known.contains($0) }.map { Self.text($0) }
    }

    private static func number(_ month: String) -> Int? {
        let parts = month.split(separator: "-").compactMap { Int($0) }
        return parts.count == 2 ? parts[0] * 12 + parts[1] - 1 : nil
    }

    private static func text(_ number: Int) -> String {
        var out: [UInt8] = []
        out.appendPadded(number / 12, width: 4)
        out.append(UInt8(ascii: "-"))
        out.appendPadded(number % 12 + 1, width: 2)
        return String(decoding: out, as: UTF8.self)
    }
}
