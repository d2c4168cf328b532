import Foundation
import Synchronization

/// Work on a thread of its own, for a test that looks on.
///
/// The threads of tasks and dispatch queues are as many as there are processors. Where some tests block them, another's work would wait for
/// them, and they perhaps for it.
final class OwnThread<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiting: [CheckedContinuation<Value, any Error>] = []
    }
    private let state = Mutex(State())

    init(_ body: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            let result = Result { try body() }
            let waiting = state.withLock { state in
                state.result = result
                return state.waiting
            }
            for continuation in waiting { continuation.resume(with: result) }
        }
    }

    var isOver: Bool { state.withLock { $0.result != nil } }

    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state in
                    if state.result == nil { state.waiting.append(continuation) }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }
}
