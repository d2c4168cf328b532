extension String {
    /// True when both texts are the same bytes; `==` would also accept canonically equivalent ones (the Kelvin sign equals K).
    package func hasSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// True for 1 to `limit` bytes of visible ASCII, the alphabet of client names, codes and secrets (RFC 6749 appendix A, without space).
    func isVisibleASCII(upTo limit: Int) -> Bool {
        let count = utf8.count
        return count > 0 && count <= limit && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

/// True when both are the same bytes; the time taken depends on the lengths only.
package func constantTimeEqual(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for (left, right) in zip(a, b) { difference |= left ^ right }
    return difference == 0
}
