import Exchange
import FHIR
import Foundation
import GRDB
import Records
import Testing
import Trust

@testable import Storage

/// Every promise a store keeps, as the tests see one.
typealias EveryStore = AppStore & AttemptStore & AuthorizationStore & ClinicalStore & DisclosureLog & GrantStore & ImportStore & MailArchive
    & KeptRecordStore & MemberStore & OptInStore & Outbox & PlanStore & RecordSessionStore & RemovalStore & SendingPayerStore
    & TransferStore

/// The engines that the promises are tested on.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgres

    /// Those that this run can use: without the server that `bin/test` starts, the embedded one alone.
    static var allCases: [Engine] { PostgresServer.base == nil ? [.sqlite] : [.sqlite, .postgres] }

    var testDescription: String { rawValue }

    /// An empty store, seen through its promises, that is gone afterwards.
    func withStore<T>(_ body: (any EveryStore) async throws -> T) async throws -> T { try await withWholeStore { try await body($0) } }

    /// The same with all that it can do.
    func withWholeStore<T>(_ body: (Store) async throws -> T) async throws -> T {
        switch self {
        case .sqlite: try await withSQLiteStore { try await body($0) }
        case .postgres: try await withPostgresStore { try await body($0) }
        }
    }
}

/// An empty SQLite store in a directory of its own that is removed afterwards.
func withSQLiteStore<T>(keepsSentMail: Bool = true, _ body: (Store) async throws -> T) async throws -> T {
    try await withFolder { try await body(Store(directory: $0, keepsSentMail: keepsSentMail)) }
}

/// An empty store in a PostgreSQL database of its own that is removed afterwards.
func withPostgresStore<T>(keepsSentMail: Bool = true, _ body: (Store) async throws -> T) async throws -> T {
    try await PostgresServer.withDatabase { address in
        let store = try Store(postgres: address, keepsSentMail: keepsSentMail)
        defer { try? store.close() }
        return try await body(store)
    }
}

func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("payerbridge-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// 2026-11-24T00:00:00Z, a Tuesday.
let today = Timestamp(milliseconds: 1_795_478_400_000)

/// Resources ready to be kept, made from their JSON.
func prepared(_ sources: [String]) throws -> [PreparedResource] {
    let parser = JSONParser()
    return try sources.map { source in
        try parser.withDocument(Array(source.utf8)) { try PreparedResource($0) }
    }
}

func prepared(_ sources: String...) throws -> [PreparedResource] { try prepared(sources) }

func patient(_ id: String, memberID: String? = nil, first: String = "Ana", last: String = "Lee", birthDate: String = "2011-01-04") -> String
{
    let identifier = memberID.map { #","identifier":[{"type":{"coding":[{"code":"MB"}]},"value":"\#($0)"}]"# } ?? ""
    return
        #"{"resourceType":"Patient","id":"\#(id)"\#(identifier),"name":[{"family":"\#(last)","given":["\#(first)"]}],"birthDate":"\#(birthDate)","address":[{"postalCode":"02116"}]}"#
}

func observation(_ id: String, of patient: String, status: String = "final", more: String = "") -> String {
    #"{"resourceType":"Observation","id":"\#(id)","status":"\#(status)","subject":{"reference":"Patient/\#(patient)"}\#(more)}"#
}

extension ClinicalStore {
    /// The body of a resource as this compartment sees it; nil when it does not.
    func body(_ type: ResourceType, _ id: String, in compartment: Compartment) throws -> String? {
        try read(type, id: id, in: compartment) { String(decoding: $0.body, as: UTF8.self) }
    }

    /// A reader of the whole compartment, as a token for all of it has.
    func reader(in compartment: Compartment, scope: String = "patient/*.rs", cache: ShelfCache = ShelfCache()) throws -> RecordReader {
        let plan = Plan(
            key: compartment.plan, id: "demo", name: "Demo Health Plan",
            addresses: PlanAddresses(authorization: "http://localhost/demo/oauth2", fhir: "http://localhost/demo/r4"),
            policy: PlanPolicy(environment: .sandbox, codeAddress: .typed))
        let access = RecordAccess(
            plan: plan, compartment: compartment, policy: .standard, scope: try ScopeSet(parsing: scope), now: today)
        return try RecordReader(access: access, store: self, cache: cache)
    }

    /// The ids of one page, the total, and where the next page goes on.
    func page(
        _ type: ResourceType, _ parameters: [(name: String, value: String)], in compartment: Compartment, after: String? = nil,
        scope: String = "patient/*.rs"
    ) throws -> (ids: [String], total: Int, next: String?) {
        let reader = try reader(in: compartment, scope: scope)
        let query = try SearchQuery(
            type: type, parameters: parameters, context: SearchContext(now: today, base: "http://localhost/demo/r4"))
        let found = try #require(try reader.search(query, after: after))
        return (found.matches.flatMap { run in run.rows.map { run.shelf.id($0) } }, found.total, found.next)
    }
}

extension MemberStore where Self: ImportStore {
    /// Keeps a Patient and gives the compartment it made.
    func addMember(_ id: String, memberID: String, plan: Key<Plan>, first: String = "Ana") throws -> Compartment {
        _ = try keep(prepared(patient(id, memberID: memberID, first: first)), plan: plan, at: today)
        let member = try #require(try members(memberID: memberID, plan: plan).first)
        return Compartment(plan: plan, member: member.key, patientID: id)
    }
}

extension AppStore {
    func addApp(_ clientID: String = "client", plans: [Key<Plan>], secret: SecretHash? = nil, name: String = "Other Plan") async throws
        -> App
    {
        try await register(
            AppRegistration(
                name: name, organization: "Other Health", kind: .confidential,
                redirectURIs: [RedirectURI("https://other.example/callback", for: .sandbox)], clientID: clientID, secretHash: secret),
            plans: plans,
            at: today)
    }
}

/// A plan with one member and one app, and walks through it.
struct Scene {
    let store: any EveryStore
    let plan: Key<Plan>
    let app: App
    let compartment: Compartment

    init(_ store: any EveryStore) async throws {
        self.store = store
        plan = try await store.enrol(planID: "demo", name: "Demo Health Plan")
        app = try await store.addApp(plans: [plan])
        compartment = try store.addMember("p1", memberID: "M-1", plan: plan)
    }

    func walk(_ id: String = "walk", challenge: PKCE.Challenge? = nil, browser: SecretHash = Secret.make(.session).hash) throws
        -> Authorization
    {
        Authorization(
            id: id, revision: 0, plan: plan, app: app.key, clientID: app.clientID, browser: browser,
            redirectURI: try RedirectURI("https://other.example/callback", for: .sandbox), redirectURIWasSent: true, state: "s t&=ä",
            scope: .clinicalRead,
            challenge: challenge, expiresAt: today.adding(seconds: 1800), language: "es", step: .started)
    }

    func newGrant(_ code: SecretHash, days: Int = 90, decider: Grant.Decider = .member) -> NewGrant {
        NewGrant(
            compartment: compartment, email: "ana@example.com", decider: decider, expiresAt: today.adding(seconds: days * 86_400),
            code: code,
            codeExpiresAt: today.adding(seconds: 300))
    }

    /// A code that a whole walk ended with.
    func code(walk id: String = "walk", challenge: PKCE.Challenge? = nil, days: Int = 90) async throws -> SecretHash {
        let code = Secret.make(.authorizationCode).hash
        let walk = try walk(id, challenge: challenge)
        try await store.begin(walk, at: today)
        #expect(try await store.finish(walk, with: newGrant(code, days: days), at: today))
        return code
    }

    /// The tokens of a redeemed code.
    func tokens(walk id: String = "walk", days: Int = 90) async throws -> NewTokens {
        let tokens = Self.newTokens()
        let result = try await redeem(code(walk: id, days: days), tokens: tokens)
        #expect(result == .issued)
        return tokens
    }

    static func newTokens(seconds: Int = 3600, from now: Timestamp = today) -> NewTokens {
        NewTokens(
            access: Secret.make(.accessToken).hash, accessExpiresAt: now.adding(seconds: seconds), refresh: Secret.make(.refreshToken).hash)
    }

    enum Ending: Equatable { case issued, replayed, refused }

    static func ending(_ redemption: Redemption) -> Ending {
        switch redemption {
        case .issued: .issued
        case .replayed: .replayed
        case .refused: .refused
        }
    }

    func redeem(
        _ code: SecretHash, app: Key<App>? = nil, plan: Key<Plan>? = nil, redirectURI: String? = "https://other.example/callback",
        verifier: String? = nil, tokens: NewTokens = newTokens(), at now: Timestamp = today
    ) async throws -> Ending {
        Self.ending(
            try await store.redeem(
                code: code, app: app ?? self.app.key, plan: plan ?? self.plan, redirectURI: redirectURI, verifier: verifier, tokens: tokens,
                at: now))
    }

    func refresh(
        _ token: SecretHash, app: Key<App>? = nil, plan: Key<Plan>? = nil, scope: ScopeSet? = nil, tokens: NewTokens = newTokens(),
        at now: Timestamp = today
    ) async throws -> Ending {
        Self.ending(
            try await store.refresh(token, app: app ?? self.app.key, plan: plan ?? self.plan, scope: scope, tokens: tokens, at: now))
    }

    func isLive(_ token: SecretHash, at now: Timestamp = today) throws -> Bool { try store.access(token, plan: plan, at: now) != nil }
}

extension Store {
    /// The file's own connection, for what only SQLite tells.
    var writer: DatabaseQueue { get throws { try #require(engine as? SQLiteEngine).writer } }
}
