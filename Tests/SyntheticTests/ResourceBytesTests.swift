import Testing

@testable import Synthetic

@Suite struct ResourceBytesTests {
    private func text(_ write: (inout ResourceBytes) -> Void) -> String {
        var bytes = ResourceBytes()
        write(&bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    @Test func `decimals are written with all their places`() {
        #expect(text { $0.decimal(150, places: 2) } == "1.50")
        #expect(text { $0.decimal(-7, places: 2) } == "-0.07")
        #expect(text { $0.decimal(1000, places: 3) } == "1.000")
        #expect(text { $0.decimal(12, places: 0) } == "12")
    }

    @Test func `strings are escaped`() {
        #expect(text { $0.string("a\"b\\c\nd\u{1}é") } == #""a\"b\\c\nd é""#)
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func `base64 is that of RFC 4648`(plain: String, encoded: String) {
        #expect(text { $0.base64(Array(plain.utf8)) } == encoded)
    }
}
