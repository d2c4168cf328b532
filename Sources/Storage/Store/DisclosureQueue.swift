import Exchange
import Foundation

/// Disclosures on their way into the log: one thread writes, and what waits meanwhile goes into its next commit.
final class DisclosureQueue: Sendable {
    private struct Waiting: Sendable {
        let disclosure: Disclosure
        let done: @Sendable (Refusal?) -> Void
    }

    private let queue = GroupQueue<Waiting>(groupSize: 1024, patience: .microseconds(400))
    private let writing = DispatchQueue(label: "payerbridge.disclosures", qos: .userInitiated)
    private let engine: any Engine

    init(_ engine: any Engine) { self.engine = engine }

    func record(_ disclosure: Disclosure, done: @escaping @Sendable (Refusal?) -> Void) {
        if queue.mustDrain(adding: Waiting(disclosure: disclosure, done: done)) { writing.async { self.drain() } }
    }

    private func drain() {
        while let group = queue.next() {
            var refusal: Refusal?
            do { try engine.keep(group.map(\.disclosure)) } catch {
                refusal = Refusal(.unavailable, "The disclosure could not be recorded, so nothing was disclosed.", cause: "\(error)")
            }
            for waiting in group { waiting.done(refusal) }
        }
    }
}
