import ArgumentParser
import Foundation

/// How much of the processors long work takes beside a server on the same machine. Where there is nobody else it has all of them, whichever.
enum Priority: String, CaseIterable, ExpressibleByArgument {
    /// As any program.
    case normal
    /// What prepares takes what nobody else wants, and what keeps, in whose way others may be, at least its small share.
    case low
    /// All of it takes what nobody else wants: on a machine that is never idle it stands still, and whoever waits for what it holds with it.
    case idle

    private static let niceness: Int32 = 10
    /// SCHED_IDLE of sched(7), which Glibc gives to GNU sources only.
    private static let onlyWhenIdle: Int32 = 5

    /// Holds for this process from here on. What a database server does for it is not lowered.
    func begin() {
        guard self != .normal else { return }
        // The priority is each thread's own on Linux; a new one has that of the thread which makes it.
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        for thread in threads.compactMap({ id_t($0) }) {
            setpriority(Int32(PRIO_PROCESS.rawValue), thread, Self.niceness)
            if self == .idle { Self.giveWay(pid_t(thread)) }
        }
    }

    /// This thread only prepares from here on: others have begun, and it holds nothing they wait for.
    func prepareOnly() {
        if self == .low { Self.giveWay(0) }
    }

    private static func giveWay(_ thread: pid_t) {
        var none = sched_param()
        none.sched_priority = 0
        sched_setscheduler(thread, onlyWhenIdle, &none)
    }
}
