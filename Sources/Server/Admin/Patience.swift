import Exchange
import Synchronization

/// Asks the store, and does not wait longer than whoever asked would: a database that hangs must not make the operator's port hang too.
final class Patience<Answer: Sendable>: Sendable {
    private static var limit: Duration { .seconds(3) }

    private let waiting: Mutex<CheckedContinuation<Result<Answer, Refusal>, Never>?>

    private init(_ continuation: CheckedContinuation<Result<Answer, Refusal>, Never>) { waiting = Mutex(continuation) }

    /// What `question` answers, or a refusal when it has not answered in three seconds.
    static func ask(_ question: @escaping @Sendable () async throws(Refusal) -> Answer) async -> Result<Answer, Refusal> {
        await withCheckedContinuation { continuation in
            let patience = Patience(continuation)
            Task {
                do throws(Refusal) { patience.answer(.success(try await question())) } catch { patience.answer(.failure(error)) }
            }
            Task {
                try? await Task.sleep(for: limit)
                patience.answer(.failure(Refusal(.unavailable, "The store has not answered for \(limit.components.seconds) seconds.")))
            }
        }
    }

    /// The first answer counts.
    private func answer(_ answer: Result<Answer, Refusal>) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(returning: answer)
    }
}
