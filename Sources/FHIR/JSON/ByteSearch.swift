import CSimdJSON
import Foundation

extension UnsafeRawBufferPointer {
    /// Whether these characters stand anywhere in the bytes.
    package func contains(_ text: StaticString) -> Bool {
        contains(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether these bytes stand anywhere in the bytes, one after another.
    package func contains(_ part: UnsafeRawBufferPointer) -> Bool {
        pb_contains(
            baseAddress?.assumingMemoryBound(to: UInt8.self), count, part.baseAddress?.assumingMemoryBound(to: UInt8.self), part.count) != 0
    }

    package func begins(with part: UnsafeRawBufferPointer) -> Bool {
        guard count >= part.count else { return false }
        guard let baseAddress, let start = part.baseAddress else { return part.isEmpty }
        return memcmp(baseAddress, start, part.count) == 0
    }
}
