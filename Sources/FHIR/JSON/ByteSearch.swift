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

    /// Whether these come before the others: by the first byte that differs, or as the shorter of the two.
    package func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
        guard let baseAddress, let start = other.baseAddress, count > 0, other.count > 0 else { return count < other.count }
        let order = memcmp(baseAddress, start, Swift.min(count, other.count))
        return order == 0 ? count < other.count : order < 0
    }

    package func isSame(as other: UnsafeRawBufferPointer) -> Bool { count == other.count && begins(with: other) }

    package func begins(with part: UnsafeRawBufferPointer) -> Bool {
        guard count >= part.count else { return false }
        guard let baseAddress, let start = part.baseAddress else { return part.isEmpty }
        return memcmp(baseAddress, start, part.count) == 0
    }
}
