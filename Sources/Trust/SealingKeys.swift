import Crypto

/// The keys that secrets are sealed with, as a key file holds them: 32 bytes each, one after another; the last seals, all of them open.
///
/// To change the key append 32 random bytes to the file; what was sealed before stays readable, and can be sealed again at leisure.
package struct SealingKeys: Sendable, PrivateValue {
    package static let length = 32

    package enum Problem: Error, Sendable, Equatable {
        /// The file is not a whole number of keys, from 1 to 256.
        case wrongLength(Int)
        /// 32 times the same byte is what an empty or failed file looks like, not what chance gives.
        case notRandom(key: Int)
    }

    private let keys: [SymmetricKey]

    package init(_ file: [UInt8]) throws(Problem) {
        guard !file.isEmpty, file.count.isMultiple(of: Self.length), file.count / Self.length <= 256 else {
            throw .wrongLength(file.count)
        }
        var keys: [SymmetricKey] = []
        for start in stride(from: 0, to: file.count, by: Self.length) {
            let key = file[start..<start + Self.length]
            guard Set(key).count > 1 else { throw .notRandom(key: start / Self.length) }
            keys.append(SymmetricKey(data: key))
        }
        self.keys = keys
    }

    /// The number of the key that seals.
    var current: UInt8 { UInt8(keys.count - 1) }

    /// nil when the file has no such key (any more).
    subscript(_ number: UInt8) -> SymmetricKey? {
        Int(number) < keys.count ? keys[Int(number)] : nil
    }
}
