/// The id of a resource, written as a UUID, made from whose it is and its place in that record.
struct RecordID: Sendable, Equatable {
    let high: UInt64
    let low: UInt64

    init(owner: UInt64, serial: Int) {
        let first = Chance.mix(owner ^ Chance.mix(UInt64(truncatingIfNeeded: serial) &* 0xD1B5_4A32_D192_ED03 &+ 1))
        let second = Chance.mix(first ^ owner.byteSwapped &+ UInt64(truncatingIfNeeded: serial))
        // RFC 9562 §5.8: version 8, for values of one's own making.
        high = first & 0xFFFF_FFFF_FFFF_0FFF | 0x8000
        low = second & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    var text: String {
        var bytes = ResourceBytes()
        bytes.id(self)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }
}
