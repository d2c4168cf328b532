import CStorage
import Exchange
import Foundation
import Synchronization

/// Has the disk write one file while a load goes on, so that a sync finds little left to wait for.
///
/// By itself Linux begins when much has gathered, or at the sync, and then gives the disk all of it at once: whoever else waits for the disk,
/// such as an answer for its disclosure, waits for all of that. So while records are read the disk is given a piece at a time.
final class EarlyWriteback: Sendable {
    private let path: String
    private let queue: DispatchQueue
    private let isRunning = Atomic(false)

    /// Bytes of a piece; one is written in a millisecond.
    private static let piece: Int64 = 256 << 10
    /// What lies further before the end of a long file is little, and is given in fewer pieces.
    private static let tail: Int64 = 256 << 20, piecesBefore: Int64 = 1024

    init(path: String) {
        self.path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        queue = DispatchQueue(label: "payerbridge.writeback", qos: .background)
    }

    /// Returns at once.
    func begin(_ pace: ImportPace) {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else { return }
        queue.async { [self] in
            write(pace)
            isRunning.store(false, ordering: .releasing)
        }
    }

    /// Returns when all that the file held before is on its way or written.
    func run(_ pace: ImportPace) { queue.sync { write(pace) } }

    private func write(_ pace: ImportPace) {
        guard let descriptor = descriptor() else { return }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        let size = Int64(status.st_size)
        var start: Int64 = 0
        while start < size {
            let piece =
                if !pace.isGivingWay { size - start } else if size - start > Self.tail { max(Self.piece, size / Self.piecesBefore) } else {
                    Self.piece
                }
            pb_write_back(descriptor, start, piece)
            pace.rest()
            start += piece
        }
    }

    /// SQLite's own descriptor: to close another one of the same file would take away the locks that this process holds on it (fcntl(2)). One
    /// that SQLite closes meanwhile is asked in vain.
    private func descriptor() -> Int32? {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.lazy.compactMap { Int32($0) }.first { number in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")) == self.path
        }
    }
}
