import FHIR

/// What a person types about themselves, brought to the form in which it is compared.
///
/// Names compare without regard to case, accents and spaces; the member ID without case, spaces and dashes.
package struct MemberDetails: Sendable, Equatable {
    package let firstName: String
    package let lastName: String
    package let birthDate: String
    package let memberID: String
    package let postalCode: String

    /// `birthDate` is YYYY-MM-DD already; see `BirthDate`.
    package init(firstName: String, lastName: String, birthDate: String, memberID: String, postalCode: String) {
        self.firstName = Self.name(firstName)
        self.lastName = Self.name(lastName)
        self.birthDate = birthDate
        self.memberID = Self.identifier(memberID)
        self.postalCode = Self.postal(postalCode)
    }

    /// Every part is compared whatever the others say, so that an answer's time tells nothing about which one was wrong.
    package func matches(_ member: Member) -> Bool {
        let parts = [
            firstName.utf8.elementsEqual(Self.name(member.firstName).utf8),
            lastName.utf8.elementsEqual(Self.name(member.lastName).utf8),
            birthDate.utf8.elementsEqual(member.birthDate.utf8),
            memberID.utf8.elementsEqual(Self.identifier(member.memberID).utf8),
            // A record may have arrived without an address; then there is nothing to compare with.
            member.postalCode.isEmpty || postalCode.utf8.elementsEqual(Self.postal(member.postalCode).utf8),
        ]
        return parts.reduce(true) { $0 && $1 }
    }

    package static func name(_ text: String) -> String {
        String(String.UnicodeScalarView(text.folded.unicodeScalars.filter { !$0.properties.isWhitespace && !separators.contains($0) }))
    }

    package static func identifier(_ text: String) -> String {
        String(String.UnicodeScalarView(text.folded.unicodeScalars.filter { !$0.properties.isWhitespace && !dashes.contains($0) }))
    }

    /// The first five digits count: `02116-1234`, also without its dash, is `02116`.
    static func postal(_ text: String) -> String {
        let scalars = text.folded.unicodeScalars.filter { !$0.properties.isWhitespace }
        let compact = String(String.UnicodeScalarView(scalars.prefix { !dashes.contains($0) }))
        let isNineDigits = compact.utf8.count == 9 && compact.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        return isNineDigits ? String(compact.prefix(5)) : compact
    }

    /// Folding has turned the non-breaking hyphen into U+2010 already.
    private static let dashes: Set<Unicode.Scalar> = ["-", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}"]
    private static let separators: Set<Unicode.Scalar> = dashes.union(["'", "’", "‘", "ʼ", "ʻ", "`", "."])
}

/// A birth date as people write it: `01/04/2011` or `2011-01-04`.
package enum BirthDate {
    /// YYYY-MM-DD, or nil when it is no day of the calendar.
    package static func parse(_ text: String) -> String? {
        var bytes = Array(text.utf8.filter { $0 != 0x20 })
        if bytes.count == 8, bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            // A phone's number pad has no slash.
            bytes.insert(0x2F, at: 4)
            bytes.insert(0x2F, at: 2)
        }
        let parts = bytes.split(omittingEmptySubsequences: false) { $0 == 0x2F || $0 == 0x2D }.map { number($0) }
        guard parts.count == 3, let first = parts[0], let second = parts[1], let third = parts[2] else { return nil }
        let day =
            first.digits == 4
            ? CivilDay(year: first.value, month: second.value, day: third.value)
            : third.digits == 4 ? CivilDay(year: third.value, month: first.value, day: second.value) : nil
        guard let day, day.year >= 1880 else { return nil }
        return day.text
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> (value: Int, digits: Int)? {
        guard (1...4).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return (digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }, digits.count)
    }
}
