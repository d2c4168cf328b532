import Crypto

/// The SHA-256 of a secret: what is stored and looked up in its place.
package struct SecretHash: Sendable, Hashable {
    // Four words and no array: a hash is made for every API request and is the key of the token cache.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes the 32 stored bytes; nil for any other length.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        words = Array(bytes).withUnsafeBytes(Self.words)
    }

    init(_ digest: SHA256.Digest) {
        words = digest.withUnsafeBytes(Self.words)
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        func word(_ index: Int) -> UInt64 { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) }
        return (word(0), word(1), word(2), word(3))
    }

    /// The 32 bytes to store.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for (index, word) in [words.0, words.1, words.2, words.3].enumerated() {
                for byte in 0..<8 { buffer[index * 8 + byte] = UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64(byte))) }
            }
            count = 32
        }
    }

    /// Takes the same time whatever the bytes are.
    package static func == (a: SecretHash, b: SecretHash) -> Bool {
        (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}
