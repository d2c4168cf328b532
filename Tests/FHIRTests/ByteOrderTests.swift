import FHIR
import Testing

@Suite("The order of bytes")
struct ByteOrderTests {
    @Test("Bytes come before others as the standard library says, and are the same as themselves alone")
    func order() {
        let texts = ["", "a", "b", "ab", "abc", "abd", "-", ".", "A", "\u{7F}", "\u{E9}", "aa\u{E9}", "aaz"].map { Array($0.utf8) }
        for a in texts {
            for b in texts {
                a.withUnsafeBytes { left in
                    b.withUnsafeBytes { right in
                        #expect(left.precedes(right) == a.lexicographicallyPrecedes(b), "\(a) \(b)")
                        #expect(left.isSame(as: right) == (a == b), "\(a) \(b)")
                    }
                }
            }
        }
    }

    @Test("An id is legal or not wherever its bytes lie")
    func ids() {
        for id in ["a", "A-1.z", String(repeating: "x", count: 64)] {
            #expect(ResourceID.isLegal(id.utf8) && ResourceID.isLegal(id.utf8.lazy.map { $0 }.dropFirst(0)))
        }
        for id in ["", "a b", "\u{E9}", "a/b", String(repeating: "x", count: 65)] {
            #expect(!ResourceID.isLegal(id.utf8) && !ResourceID.isLegal(id.utf8.lazy.map { $0 }.dropFirst(0)))
        }
    }
}
