import Foundation
import Synchronization

/// Lets whoever waits to write into the file go before a load, which writes one transaction after another and is quick to begin the next.
///
/// SQLite wakes nobody who waits for the file; one who waits asks again and again, and between two transactions of a load there is hardly a
/// moment in which to be heard. So a waiting writer holds a shared lock on the store's folder, in whichever process it is, and a load begins
/// none while one is held. The kernel takes the lock away when its process ends. Each writer has a turn of its own.
final class WritingTurn: Sendable {
    private let descriptor: Int32
    private let isWaiting = Mutex(false)
    /// How many milliseconds a load waits at most, so that nobody who forgot to leave can stop it.
    private let patience: Int

    init(directory: String, patience: Int = 100) {
        descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.patience = patience
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// For `sqlite3_busy_handler`: a millisecond later it may be tried again, for ten seconds.
    func waitAgain(tries: Int) -> Bool {
        say()
        usleep(1000)
        return tries < 10_000
    }

    /// The same for a load, which asks less and less often, so that a server has the file for several changes in a row.
    func waitAgainAsLoad(tries: Int) -> Bool {
        say()
        usleep(Self.loadPauses[min(tries, Self.loadPauses.count - 1)] * 1000)
        return tries < 110
    }

    /// Milliseconds.
    private static let loadPauses: [UInt32] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100]

    private func say() { isWaiting.withLock { if !$0 { $0 = flock(descriptor, LOCK_SH | LOCK_NB) == 0 } } }

    /// The file is this writer's, or it has given up.
    func leave() {
        isWaiting.withLock { isWaiting in
            guard isWaiting else { return }
            flock(descriptor, LOCK_UN)
            isWaiting = false
        }
    }

    /// For a load that holds the file.
    func isWantedByOthers() -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { return errno == EWOULDBLOCK }
        flock(descriptor, LOCK_UN)
        return false
    }

    /// Blocks a load as long as somebody waits to write and its patience lasts.
    func letOthersGoFirst() {
        for _ in 0..<patience where isWantedByOthers() { usleep(1000) }
    }
}
