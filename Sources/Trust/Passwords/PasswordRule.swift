/// Whether a password may be chosen: long, and none that is tried first. NIST SP 800-63B §5.1.1.2, without rules of composition.
package enum PasswordRule {
    package static let shortest = 15
    /// Bytes; more than anyone types, little enough to hash.
    package static let longest = 256

    package enum Problem: Sendable, Equatable { case tooShort, tooLong, common, ownName }

    /// `own` are words about the person and the place: the parts of their address, their name, this service.
    package static func problem(_ password: String, own: [String]) -> Problem? {
        guard password.utf8.count <= longest else { return .tooLong }
        guard password.unicodeScalars.count >= shortest else { return .tooShort }
        let letters = folded(password)
        guard Set(letters).count >= 5, !isRun(letters) else { return .common }
        guard !isMade(of: CommonPasswords.all, letters) else { return .common }
        let ownWords = own.map(folded).filter { $0.count >= 3 }
        guard !isMade(of: CommonPasswords.all.union(ownWords), letters) else { return .ownName }
        return nil
    }

    /// Lower case, with the usual stand-ins for letters undone.
    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.compactMap { byte in
            switch byte {
            case 0x41...0x5A: byte | 0x20
            case UInt8(ascii: "@"): UInt8(ascii: "a")
            case UInt8(ascii: "$"): UInt8(ascii: "s")
            case 0x20, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): nil
            default: byte
            }
        }
    }

    /// Each byte follows the one before by the same small step: `abcdefghijklmno`, `111111111111111`.
    private static func isRun(_ letters: [UInt8]) -> Bool {
        let steps = zip(letters, letters.dropFirst()).map { Int($1) - Int($0) }
        return steps.filter { abs($0) <= 1 }.count * 10 >= steps.count * 8
    }

    /// Whether the text is nothing but such words one after another, with at most four other characters in all.
    private static func isMade(of words: Set<[UInt8]>, _ letters: [UInt8]) -> Bool {
        let longest = words.map(\.count).max() ?? 0
        // The fewest characters not covered by words, up to each place.
        var left = [Int](repeating: 0, count: letters.count + 1)
        for end in 1...max(1, letters.count) where end <= letters.count {
            left[end] = left[end - 1] + 1
            for length in 3...max(3, longest) where length <= end && words.contains(Array(letters[(end - length)..<end])) {
                left[end] = min(left[end], left[end - length])
            }
        }
        return left[letters.count] <= 4
    }
}
