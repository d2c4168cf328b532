import Exchange
import Foundation
import Synchronization

/// Sessions that only read: as many as may ask at once, each opened when it is needed first.
///
/// Whoever asks waits on the thread it runs on; the server gives its requests threads of their own to wait on.
final class PostgresReaders: Sendable {
    private let address: PostgresAddress
    private let idle = Mutex<[Reader]>([])
    private let used = Atomic(0)
    private let places: DispatchSemaphore

    init(_ address: PostgresAddress, most: Int) {
        self.address = address
        places = DispatchSemaphore(value: most)
    }

    var counts: (open: Int, used: Int) {
        let used = used.load(ordering: .relaxed)
        return (idle.withLock { $0.count } + used, used)
    }

    func lend() throws -> Reader {
        guard places.wait(timeout: .now() + .seconds(5)) == .success else {
            throw Refusal(.unavailable, "The store is busy. Try again shortly.", cause: "no reading session became free within 5 s")
        }
        used.wrappingAdd(1, ordering: .relaxed)
        while let reader = idle.withLock({ $0.popLast() }) {
            if (reader.connection as? PostgresConnection)?.isUsable == true { return reader }
        }
        do { return Reader(try PostgresConnection(address, for: .read)) } catch {
            used.wrappingSubtract(1, ordering: .relaxed)
            places.signal()
            throw error
        }
    }

    func giveBack(_ reader: Reader) {
        if (reader.connection as? PostgresConnection)?.isUsable == true { idle.withLock { $0.append(reader) } }
        used.wrappingSubtract(1, ordering: .relaxed)
        places.signal()
    }

    func close() { idle.withLock { $0.removeAll() } }
}
