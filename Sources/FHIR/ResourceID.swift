/// A resource's logical id: 1 to 64 of `A-Z a-z 0-9 - .` (FHIR R4 datatype `id`).
package struct ResourceID: Sendable, Hashable {
    package let text: String

    package init?(_ text: String) {
        guard Self.isLegal(text.utf8) else { return nil }
        self.text = text
    }

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard Self.isLegal(bytes) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    package static func isLegal(_ bytes: some Collection<UInt8>) -> Bool {
        // A string's bytes lie in a row, and are looked at without going through the collection's own steps.
        bytes.withContiguousStorageIfAvailable { isLegal($0) } ?? Array(bytes).withUnsafeBufferPointer { isLegal($0) }
    }

    private static func isLegal(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (1...64).contains(bytes.count) else { return false }
        return bytes.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A) || byte == 0x2D
                || byte == 0x2E
        }
    }
}
