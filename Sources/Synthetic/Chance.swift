/// SplitMix64: a small generator whose numbers depend on its seed alone, on every platform.
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next() -> UInt64 {
        let value = Chance.mix(state)
        state &+= 0x9E37_79B9_7F4A_7C15
        return value
    }

    /// A number in `0..<count`; 0 when `count` is not positive.
    mutating func below(_ count: Int) -> Int {
        guard count > 0 else { return 0 }
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// A number in `low...high`.
    mutating func between(_ low: Int, _ high: Int) -> Int {
        low + below(high - low + 1)
    }

    mutating func hit(percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// A number around 0, between -200 and 200, thinning out to both ends (hundredths of a standard deviation, roughly).
    mutating func bell() -> Int {
        between(-67, 67) + between(-67, 67) + between(-66, 66)
    }
}
