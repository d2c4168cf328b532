/// A set of a shelf's rows.
struct Bitmap: Sendable, Equatable {
    private(set) var words: [UInt64]
    let count: Int

    init(count: Int, filled: Bool = false) {
        self.count = count
        words = [UInt64](repeating: filled ? ~0 : 0, count: (count + 63) / 64)
        if filled { trim() }
    }

    private mutating func trim() {
        if count % 64 != 0 { words[words.count - 1] &= (1 << UInt64(count % 64)) - 1 }
    }

    @inline(__always) mutating func insert(_ row: Int) { words[row >> 6] |= 1 << UInt64(row & 63) }
    @inline(__always) func contains(_ row: Int) -> Bool { words[row >> 6] & (1 << UInt64(row & 63)) != 0 }

    mutating func formIntersection(_ other: Bitmap) { for index in words.indices { words[index] &= other.words[index] } }
    mutating func formUnion(_ other: Bitmap) { for index in words.indices { words[index] |= other.words[index] } }
    mutating func invert() {
        for index in words.indices { words[index] = ~words[index] }
        trim()
    }

    var population: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// The rows from `start` on, in order, until `body` answers false.
    func forEach(from start: Int = 0, _ body: (Int) -> Bool) {
        guard start < count else { return }
        var index = start >> 6
        var word = words[index] & (~0 << UInt64(start & 63))
        while true {
            while word != 0 {
                guard body(index << 6 + word.trailingZeroBitCount) else { return }
                word &= word - 1
            }
            index += 1
            guard index < words.count else { return }
            word = words[index]
        }
    }
}
