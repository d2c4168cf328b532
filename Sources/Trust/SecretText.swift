import Crypto

/// Names that cannot be guessed.
package enum SecretText {
    /// 32 hexadecimal digits: 128 bits.
    package static func hexadecimal() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: (0..<32).map { _ in digits[Int.random(in: 0..<16, using: &generator)] }, as: UTF8.self)
    }
}

extension SecretHash {
    /// Of any text that only one side knows, such as a `state`.
    package init(of text: String) { self.init(SHA256.hash(data: Array(text.utf8))) }
}
