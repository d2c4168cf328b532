import FHIR

/// Which resources one import has brought already, by a 64-bit hash, so that one that stands twice does not change at every run.
///
/// It remembers the first four million, in some 100 MB at most; the store has the last word on whether it really is the same.
struct SeenResources {
    private var hashes: Set<Int64> = []
    private static let capacity = 4_000_000

    /// True when this one was here before.
    mutating func note(_ type: ResourceType, _ id: ResourceID) -> Bool {
        let hash = ResourceKey.number(type, id.text)
        if hashes.count >= Self.capacity { return hashes.contains(hash) }
        return !hashes.insert(hash).inserted
    }
}
