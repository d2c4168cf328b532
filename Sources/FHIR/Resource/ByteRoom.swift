/// Memory for the bytes of many resources: given out piece by piece, and given back at once when nobody holds a piece of it any more.
///
/// A piece belongs to one thread at a time: the one that made it, and then the one that it was handed to.
final class ByteRoom: @unchecked Sendable {
    fileprivate let start: UnsafeMutableRawPointer
    private let capacity: Int
    private var used = 0

    init(capacity: Int) {
        self.capacity = capacity
        start = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { start.deallocate() }

    fileprivate func take(_ count: Int) -> Range<Int>? {
        guard count <= capacity - used else { return nil }
        used += count
        return used - count..<used
    }

    /// For when nobody holds a piece.
    fileprivate func empty() { used = 0 }
}

/// Bytes in a room.
struct BytePiece: Sendable {
    private let room: ByteRoom
    private let range: Range<Int>

    fileprivate init(_ room: ByteRoom, _ range: Range<Int>) { (self.room, self.range) = (room, range) }

    var count: Int { range.count }

    func withBytes<T>(_ body: (UnsafeMutableRawBufferPointer) throws -> T) rethrows -> T {
        try withExtendedLifetime(room) { try body(UnsafeMutableRawBufferPointer(start: room.start + range.lowerBound, count: range.count)) }
    }
}

/// The rooms of one thread that prepares resources. One that is free again is used again.
package struct ByteRooms {
    private static let capacity = 1 << 20
    /// The oldest first; the last one is being filled.
    private var rooms: [ByteRoom] = []

    package init() {}

    mutating func take(_ count: Int) -> BytePiece {
        if let room = rooms.last, let range = room.take(count) { return BytePiece(room, range) }
        var room: ByteRoom
        if count <= Self.capacity, !rooms.isEmpty, isKnownUniquelyReferenced(&rooms[0]) {
            room = rooms.removeFirst()
            room.empty()
        } else {
            room = ByteRoom(capacity: max(count, Self.capacity))
        }
        let range = room.take(count) ?? 0..<0
        // One made for a single large piece is not for others.
        if count <= Self.capacity { rooms.append(room) }
        return BytePiece(room, range)
    }

    /// A piece with a room of its own.
    static func single(_ count: Int) -> BytePiece {
        let room = ByteRoom(capacity: max(1, count))
        return BytePiece(room, room.take(count) ?? 0..<0)
    }
}
