import FHIR

/// Which resources one import has brought already, by a 64-bit hash, so that one that stands twice does not change at every run.
///
/// It remembers the first four million, in some 100 MB at most; the store has the last word on whether it really is the same.
struct SeenResources {
    private var hashes: Set<UInt64> = []
    private static let capacity = 4_000_000

    /// True when this one was here before.
    mutating func note(_ type: ResourceType, _ id: ResourceID) -> Bool {
        // FNV-1a, which is the same at every run.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        mix(type.rawValue)
        for byte in id.text.utf8 { mix(byte) }
        if hashes.count >= Self.capacity { return hashes.contains(hash) }
        return !hashes.insert(hash).inserted
    }
}
