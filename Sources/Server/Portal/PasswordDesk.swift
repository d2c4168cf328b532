import Dispatch
import Synchronization
import Trust

/// Hashes passwords, at most two at a time and never on an event loop: each takes tens of megabytes and much of a second.
final class PasswordDesk: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private static let atOnce = 2
    private static let mostWaiting = 32

    private let cost: PasswordCost
    private let onPassword: @Sendable () -> Void
    private let state = Mutex(State())
    private let nobody = Mutex<PasswordHash?>(nil)

    init(cost: PasswordCost, onPassword: @escaping @Sendable () -> Void) { (self.cost, self.onPassword) = (cost, onPassword) }

    /// Nil when too many wait already.
    func hash(_ password: String) async throws -> PasswordHash? {
        let cost = cost
        return try await run { Result { try PasswordHash.make(password, cost: cost) } }?.get()
    }

    /// Without a hash to compare with, the same work is done and the answer is no, so that time does not tell who has an account.
    /// Nil when too many wait already.
    func matches(_ password: String, _ hash: PasswordHash?) async throws -> Bool? {
        // Made at the first comparison, whoever's it is.
        guard let nobody = try await ofNobody() else { return nil }
        let known = hash.flatMap { $0.isReadable ? $0 : nil }
        let compared = known ?? nobody
        return await run { compared.matches(password) && known != nil }
    }

    private func ofNobody() async throws -> PasswordHash? {
        if let made = nobody.withLock({ $0 }) { return made }
        let made = try await self.hash(Secret.make(.session).text)
        nobody.withLock { $0 = made }
        return made
    }

    private func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T? {
        let mayRun: Bool? = state.withLock { state in
            if state.running < Self.atOnce {
                state.running += 1
                return true
            }
            return state.waiting.count < Self.mostWaiting ? false : nil
        }
        guard let mayRun else { return nil }
        if !mayRun { await withCheckedContinuation { wait($0) } }
        onPassword()
        let value = await withCheckedContinuation { (continuation: CheckedContinuation<T, Never>) in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
        passOn()
        return value
    }

    private func wait(_ continuation: CheckedContinuation<Void, Never>) {
        let goesOn = state.withLock { state in
            if state.running < Self.atOnce {
                state.running += 1
                return true
            }
            state.waiting.append(continuation)
            return false
        }
        if goesOn { continuation.resume() }
    }

    /// Gives the place to whoever waits longest.
    private func passOn() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
