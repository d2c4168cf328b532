/// Which resources one import has brought already, by the numbers made of their types and ids, so that one that stands twice does not change at
/// every run.
///
/// It remembers the first four million, in 64 MB at most; the store has the last word on whether it really is the same.
struct SeenResources {
    /// Open addressing: the numbers are hashes already. 0 is an empty place.
    private var places: [Int64] = Array(repeating: 0, count: 1 << 12)
    private var count = 0
    private var hasZero = false
    private static let capacity = 4_000_000

    /// True when the one of this number was here before.
    mutating func note(_ key: Int64) -> Bool {
        if key == 0 {
            defer { hasZero = true }
            return hasZero
        }
        let place = place(of: key)
        if places[place] == key { return true }
        guard count < Self.capacity else { return false }
        places[place] = key
        count += 1
        if count * 2 > places.count { grow() }
        return false
    }

    /// Where it stands, or would.
    private func place(of key: Int64) -> Int {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: key) & mask
        while places[place] != 0, places[place] != key { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let before = places
        places = Array(repeating: 0, count: before.count * 2)
        for key in before where key != 0 { places[place(of: key)] = key }
    }
}
