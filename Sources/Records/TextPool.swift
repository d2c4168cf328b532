import FHIR

/// The texts of a shelf's columns, each once, in one run of bytes.
struct TextPool: Sendable {
    /// Where a text stands.
    struct Ref: Sendable, Hashable {
        let start: UInt32
        let length: UInt32
        /// Equal texts have equal ones; unequal texts almost never, so it may speed a decision up but not make it.
        let hash: UInt64

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    private var bytes: [UInt8] = []
    private var known: [UInt64: Ref] = [:]

    mutating func add(_ text: UnsafeRawBufferPointer) -> Ref {
        let hash = Self.hash(text)
        if let ref = known[hash], equal(ref, text) { return ref }
        let ref = Ref(start: UInt32(truncatingIfNeeded: bytes.count), length: UInt32(truncatingIfNeeded: text.count), hash: hash)
        bytes.append(contentsOf: text)
        known[hash] = ref
        return ref
    }

    mutating func add(_ text: [UInt8]) -> Ref { text.withUnsafeBytes { add($0) } }

    /// Lets go of what only adding needs.
    mutating func seal() { known = [:] }

    var size: Int { bytes.capacity }

    func withBytes<T>(_ ref: Ref, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[Int(ref.start)..<Int(ref.start + ref.length)])) }
    }

    func equal(_ ref: Ref, _ text: UnsafeRawBufferPointer) -> Bool {
        withBytes(ref) { $0.count == text.count && $0.begins(with: text) }
    }

    func equal(_ ref: Ref, _ text: Needle) -> Bool {
        ref.hash == text.hash && text.bytes.withUnsafeBytes { equal(ref, $0) }
    }

    /// Eight bytes at a time, multiplied and mixed. Not for keeping: only for comparing within one process.
    static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15 ^ 0x2545_F491_4F6C_DD1D
        var at = 0
        while at + 8 <= text.count {
            hash = (hash ^ text.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
            at += 8
        }
        var rest: UInt64 = 0
        while at < text.count {
            rest = rest << 8 | UInt64(text[at])
            at += 1
        }
        hash = (hash ^ rest) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 29
    }
}

/// A text that is looked for in a pool.
struct Needle: Sendable {
    let bytes: [UInt8]
    let hash: UInt64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        hash = bytes.withUnsafeBytes { TextPool.hash($0) }
    }
}
