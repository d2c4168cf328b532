import Exchange
import FHIR
import Synchronization
import Trust

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_795_478_400_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
    var world: World { World { self.now } }

    func advance(milliseconds more: Int64) { milliseconds.withLock { $0 += more } }
    func advance(seconds: Int) { advance(milliseconds: Int64(seconds) * 1000) }
}

/// What a walk needs of a store, in memory and on the test's clock.
final class MemoryStore: AuthorizationStore, MemberStore, AttemptStore {
    struct State {
        var walks: [String: Authorization] = [:]
        var members: [Member] = []
        var accounts: [String: Key<Member>] = [:]
        var attempts: [(attempt: Attempt, at: Timestamp)] = []
        var mails: [OutgoingMail] = []
        var grants: [NewGrant] = []
    }

    private let clock: TestClock
    private let state = Mutex(State())

    init(_ clock: TestClock) { self.clock = clock }

    var mails: [OutgoingMail] { state.withLock { $0.mails } }
    var grants: [NewGrant] { state.withLock { $0.grants } }
    func add(_ member: Member) { state.withLock { $0.members.append(member) } }
    func addAccount(_ email: String, _ member: Key<Member>) { state.withLock { $0.accounts[email] = member } }

    // MARK: Walks

    func begin(_ authorization: Authorization, at now: Timestamp) async throws(Refusal) {
        state.withLock { $0.walks[authorization.id] = authorization }
    }

    func authorization(_ id: String, plan: Key<Plan>) throws(Refusal) -> Authorization? {
        state.withLock { $0.walks[id] }.flatMap { $0.plan == plan ? $0 : nil }
    }

    func update(_ authorization: Authorization, sending mail: OutgoingMail?, at now: Timestamp) async throws(Refusal) -> Bool {
        state.withLock { state in
            guard Self.write(authorization, &state) else { return false }
            if let mail { state.mails.append(mail) }
            return true
        }
    }

    func finish(_ authorization: Authorization, with grant: NewGrant, at now: Timestamp) async throws(Refusal) -> Bool {
        state.withLock { state in
            var last = authorization
            last.step = .finished
            guard Self.write(last, &state) else { return false }
            state.grants.append(grant)
            state.accounts[grant.email] = grant.compartment.member
            return true
        }
    }

    private static func write(_ walk: Authorization, _ state: inout State) -> Bool {
        guard let known = state.walks[walk.id], known.revision == walk.revision, known.step != .finished else { return false }
        state.walks[walk.id] = Authorization(
            id: walk.id, revision: walk.revision + 1, plan: walk.plan, app: walk.app, clientID: walk.clientID, browser: walk.browser,
            redirectURI: walk.redirectURI, redirectURIWasSent: walk.redirectURIWasSent, state: walk.state, scope: walk.scope,
            challenge: walk.challenge, expiresAt: walk.expiresAt, language: walk.language, step: walk.step, member: walk.member,
            isIdentified: walk.isIdentified, email: walk.email, code: walk.code)
        return true
    }

    // MARK: Members

    func members(memberID: String, plan: Key<Plan>) throws(Refusal) -> [Member] {
        state.withLock { $0.members }.filter { MemberDetails.identifier($0.memberID) == MemberDetails.identifier(memberID) }
    }

    func member(_ key: Key<Member>, plan: Key<Plan>) throws(Refusal) -> Member? { state.withLock { $0.members }.first { $0.key == key } }
    func members(plan: Key<Plan>, search: String?, limit: Int, offset: Int) throws(Refusal) -> [Member] { state.withLock { $0.members } }
    func memberCount(plan: Key<Plan>) throws(Refusal) -> Int { state.withLock { $0.members.count } }
    func enrol(_ entries: [RosterEntry], plan: Key<Plan>) async throws(Refusal) -> [RosterChange] { [] }
    func account(email: String, plan: Key<Plan>) throws(Refusal) -> Key<Member>? { state.withLock { $0.accounts[email] } }

    func hasAccount(_ member: Key<Member>, otherThan email: String, plan: Key<Plan>) throws(Refusal) -> Bool {
        state.withLock { $0.accounts }.contains { $0.value == member && $0.key != email }
    }

    // MARK: Limits

    func count(_ attempt: Attempt, limit: AttemptLimits.Limit) async throws(Refusal) -> Bool {
        let now = clock.now
        return state.withLock { state in
            guard Self.tries(attempt, limit, now, state) < limit.count else { return false }
            state.attempts.append((attempt, now))
            return true
        }
    }

    func forgive(_ attempt: Attempt) async throws(Refusal) {
        state.withLock { state in
            let latest = state.attempts.lastIndex { $0.attempt.kind == attempt.kind && $0.attempt.subject == attempt.subject }
            if let latest { state.attempts.remove(at: latest) }
        }
    }

    func mayTry(_ attempt: Attempt, limit: AttemptLimits.Limit) throws(Refusal) -> Bool {
        let now = clock.now
        return state.withLock { Self.tries(attempt, limit, now, $0) < limit.count }
    }

    private static func tries(_ attempt: Attempt, _ limit: AttemptLimits.Limit, _ now: Timestamp, _ state: State) -> Int {
        state.attempts.filter { known in
            known.attempt.kind == attempt.kind && known.attempt.subject == attempt.subject && known.at > now.adding(seconds: -limit.seconds)
        }.count
    }
}
