import Foundation
import Synchronization

/// The sessions of bulk writing, each opened when it is needed first and closed when all is settled.
///
/// Each commit waits for the disk, and for a synchronous standby: one that did not would be lost with the server, and nobody would know. Two
/// sessions take turns, so that one works while the other waits.
final class PostgresBulkSessions: Sendable {
    private let address: PostgresAddress
    /// Used by one thread at a time: whoever has taken it.
    private struct Session: @unchecked Sendable { let bulk: PostgresBulk }
    private let idle = Mutex<[Session]>([])
    private let places: DispatchSemaphore

    init(_ address: PostgresAddress, most: Int) {
        self.address = address
        places = DispatchSemaphore(value: most)
    }

    func use<T>(_ body: (PostgresBulk) throws -> T) throws -> T {
        places.wait()
        defer { places.signal() }
        let session = try idle.withLock { $0.popLast() } ?? Session(bulk: PostgresBulk(address))
        // One whose work failed is whole again: it was rolled back.
        defer { idle.withLock { $0.append(session) } }
        return try body(session.bulk)
    }

    func close() { idle.withLock { $0.removeAll() } }
}
