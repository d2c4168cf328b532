import Foundation

/// Long work that lets a server on the same machine go first: what nobody else uses of the processors is its own, and it has all of them
/// where there is nobody else.
enum GivingWay {
    private static let niceness: Int32 = 10

    /// Holds for this process from here on. What a database server does for it is not lowered.
    static func begin() {
        // The priority is each thread's own on Linux; a new one has that of the thread which makes it.
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        for thread in threads.compactMap({ id_t($0) }) { setpriority(Int32(PRIO_PROCESS.rawValue), thread, niceness) }
    }
}
