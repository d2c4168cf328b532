import Foundation

/// Long work that lets a server on the same machine go first: what nobody else uses of the processors is its own, and it has all of them
/// where there is nobody else.
enum GivingWay {
    private static let niceness: Int32 = 10
    /// SCHED_IDLE of sched(7), which Glibc gives to GNU sources only.
    private static let idle: Int32 = 5

    /// Holds for this process from here on. What a database server does for it is not lowered.
    ///
    /// `whenIdle` leaves it only what nobody else wants (`SCHED_IDLE`). Not by itself: on a machine that is never idle the work stands still,
    /// and whoever waits for what it holds with it.
    static func begin(whenIdle: Bool) {
        // The priority is each thread's own on Linux; a new one has that of the thread which makes it.
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        for thread in threads.compactMap({ id_t($0) }) {
            setpriority(Int32(PRIO_PROCESS.rawValue), thread, niceness)
            if whenIdle {
                var none = sched_param()
                none.sched_priority = 0
                sched_setscheduler(pid_t(thread), idle, &none)
            }
        }
    }
}
