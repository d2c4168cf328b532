import CStorage
import Foundation
import Synchronization

/// Has the disk write while a load goes on, so that a sync at its end, or when the log is full, finds little left to wait for.
///
/// By itself Linux begins only when much has gathered, and until then the disk rests.
final class EarlyWriteback: Sendable {
    private let paths: [String]
    private let queue = DispatchQueue(label: "payerbridge.writeback", qos: .background)
    private let isRunning = Atomic(false)

    init(path: String) {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        paths = [path, path + "-wal"]
    }

    /// Returns at once; the kernel may make the asker wait while the disk is busy.
    func begin() {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else { return }
        queue.async { [self] in
            for descriptor in descriptors() { pb_begin_writeback(descriptor) }
            isRunning.store(false, ordering: .releasing)
        }
    }

    /// SQLite's own descriptors: to close another one of the same file would take away the locks that this process holds on it (fcntl(2)). One
    /// that SQLite closes meanwhile is asked in vain.
    private func descriptors() -> [Int32] {
        var wanted = Set(paths)
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.compactMap { number in
            guard let file = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + number),
                wanted.remove(file) != nil
            else { return nil }
            return Int32(number)
        }
    }
}
