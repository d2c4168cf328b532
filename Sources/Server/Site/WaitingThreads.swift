import Foundation
import Synchronization

/// Threads on which tasks may wait, for a store that another machine keeps: a request that waits for its answer holds up no event loop and
/// none of the few threads that Swift runs tasks on.
package final class WaitingThreads: TaskExecutor {
    private enum Work: Sendable {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private struct State {
        var waiting: [Work] = []
        var next = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let count: Int

    package init(count: Int) {
        self.count = count
        for number in 1...count {
            let thread = Thread { self.run() }
            thread.name = "payerbridge.request.\(number)"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Runs this on one of the threads.
    package func run(_ call: @escaping @Sendable () -> Void) { add(.call(call)) }

    private func add(_ one: Work) {
        state.withLock { $0.waiting.append(one) }
        work.signal()
    }

    /// Ends the threads once nothing is left to do.
    package func close() {
        state.withLock { $0.isClosed = true }
        for _ in 0..<count { work.signal() }
    }

    private func run() {
        let executor = asUnownedTaskExecutor()
        while true {
            work.wait()
            let (next, isClosed) = state.withLock { state in (Self.take(&state), state.isClosed) }
            switch next {
            case .job(let job): job.runSynchronously(on: executor)
            case .call(let call): call()
            case nil: if isClosed { return }
            }
        }
    }

    /// First in, first out, without moving what is left at each.
    private static func take(_ state: inout State) -> Work? {
        guard state.next < state.waiting.count else { return nil }
        let job = state.waiting[state.next]
        state.next += 1
        if state.next == state.waiting.count {
            state.waiting.removeAll(keepingCapacity: true)
            state.next = 0
        }
        return job
    }
}
