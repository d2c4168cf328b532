/// A resource's values for its type's search parameters, as the compact bytes that stand beside it in the store.
///
/// Entries follow one another: parameter number (1 byte), payload length (2 bytes, little-endian), payload. Payloads: token
/// `system 0x00 code`; string and reference the text; date two little-endian 64-bit milliseconds. A payload over 65,535 bytes is left out.
package struct Terms: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    private mutating func open(_ number: UInt8, _ length: Int) -> Bool {
        guard length <= 0xFFFF else { return false }
        bytes.append(number)
        bytes.append(UInt8(truncatingIfNeeded: length))
        bytes.append(UInt8(truncatingIfNeeded: length >> 8))
        return true
    }

    mutating func append(token number: UInt8, system: UnsafeRawBufferPointer?, code: UnsafeRawBufferPointer) {
        guard open(number, (system?.count ?? 0) + 1 + code.count) else { return }
        if let system { bytes.append(contentsOf: system) }
        bytes.append(0)
        bytes.append(contentsOf: code)
    }

    mutating func append(text number: UInt8, _ text: UnsafeRawBufferPointer) {
        guard open(number, text.count) else { return }
        bytes.append(contentsOf: text)
    }

    mutating func append(date number: UInt8, _ range: DateRange) {
        guard open(number, 16) else { return }
        withUnsafeBytes(of: range.low.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: range.high.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Calls `body` with each entry's payload under `number` until it answers true; tells whether one did.
    package static func contains(_ number: UInt8, in terms: UnsafeRawBufferPointer, where body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        var at = 0
        while at + 3 <= terms.count {
            let length = Int(terms[at + 1]) | Int(terms[at + 2]) << 8
            let end = at + 3 + length
            guard end <= terms.count else { return false }
            if terms[at] == number, body(UnsafeRawBufferPointer(rebasing: terms[at + 3..<end])) { return true }
            at = end
        }
        return false
    }

    static func date(_ payload: UnsafeRawBufferPointer) -> DateRange {
        DateRange(
            low: Int64(littleEndian: payload.loadUnaligned(as: Int64.self)),
            high: Int64(littleEndian: payload.loadUnaligned(fromByteOffset: 8, as: Int64.self)))
    }
}
