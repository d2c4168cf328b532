import Exchange
import FHIR
import NIOCore
import NIOHTTP1
import Records
import Trust

/// The read-only FHIR API of one plan. It answers where it is asked, without waiting for anything but the store; who asks is settled
/// first, then what; every error is an OperationOutcome.
final class FHIRDesk: Sendable {
    let site: Site
    let plan: Plan
    let tokens: AccessCache
    let shelves: ShelfCache
    private let capabilities: [UInt8]
    /// Nil at a plan whose requests nobody notes.
    private let requests: RequestBuffer?

    init(site: Site, plan: Plan, tokens: AccessCache, shelves: ShelfCache) {
        (self.site, self.plan, self.tokens, self.shelves) = (site, plan, tokens, shelves)
        requests = site.requests(at: plan)
        capabilities = CapabilityStatement.json(plan: plan, date: site.world.now())
    }

    /// The answer; nil only when `mayLoad` is false and the record has to be loaded from the store first.
    func answer(_ call: FHIRCall, mayLoad: Bool = true) -> FHIRAnswer? {
        let route = FHIRRoute(call.path)
        guard var answer = settled(call, route, mayLoad) else { return nil }
        answer.shape = route.shape
        if let requests {
            let app: Key<App>?
            do { app = try answer.disclosure?.app ?? asker(call, mayLoad) } catch { return nil }
            answer.note = FHIRAnswer.Note(id: requests.nextID(), app: app, template: route.shape.template, type: route.type)
        }
        return answer
    }

    private func settled(_ call: FHIRCall, _ route: FHIRRoute, _ mayLoad: Bool) -> FHIRAnswer? {
        do {
            return try settle(call, route, mayLoad)
        } catch let refusal as FHIRRefusal {
            return refusal.answer
        } catch RecordProblem.notLoaded {
            return nil
        } catch RecordProblem.search(let problem) {
            return Self.outcome(problem)
        } catch let problem as SearchProblem {
            return Self.outcome(problem)
        } catch { return FHIRAnswer.unavailable(error) }
    }

    /// Whose token came along, whether or not it still opens anything.
    private func asker(_ call: FHIRCall, _ mayLoad: Bool) throws(RecordProblem) -> Key<App>? {
        guard case .token(let secret) = BearerToken.parse(call.authorization) else { return nil }
        if let entry = tokens.entry(secret.hash, at: site.world.now()).entry { return entry.access.app }
        guard mayLoad || !site.store.waits else { throw .notLoaded }
        return (try? site.store.app(ofToken: secret.hash, plan: plan.key)) ?? nil
    }

    /// Notes an answer that has been sent, when it is known whose request it was.
    func note(_ answer: FHIRAnswer, _ method: String, microseconds: Int, isTried: Bool = false) {
        guard let requests, let note = answer.note, let app = note.app else { return }
        requests.add(
            RequestRecord(
                id: note.id, app: app, plan: plan.key, at: site.world.now(), kind: .fhir, method: method, route: note.route,
                status: answer.status, microseconds: microseconds, error: answer.problem?.code, explanation: answer.problem?.words,
                isTried: isTried), isProven: true)
    }

    private static func outcome(_ problem: SearchProblem) -> FHIRAnswer {
        let code: OperationOutcome.Code =
            switch problem.code {
            case .invalid: .invalid
            case .notSupported: .notSupported
            case .tooCostly: .tooCostly
            }
        return .outcome(400, code, problem.explanation)
    }

    private func settle(_ call: FHIRCall, _ route: FHIRRoute, _ mayLoad: Bool) throws -> FHIRAnswer {
        guard let allowed = route.allowed else { return nothing }
        guard route.allows(call.method) else {
            return .outcome(405, .notSupported, "This API only reads. Allowed here: \(allowed).", ["Allow": allowed])
        }
        if call.method == .options { return .preflight }
        switch route {
        case .base, .nothing: return nothing
        case .metadata:
            try negotiate(call)
            return isPretty(call) ? .document(PrettyJSON.write(capabilities)) : .document(capabilities)
        case .type(let type): return try search(call, type, mayLoad)
        case .form(let type): return try search(call, type, mayLoad)
        case .instance(let type, let id): return try read(call, type, id, version: nil, mayLoad)
        case .version(let type, let id, let version): return try read(call, type, id, version: version, mayLoad)
        case .everything(let id): return try everything(call, id, mayLoad)
        case .documents: return try documents(call, mayLoad)
        case .compartment(let id, let type): return try search(call, type, within: id, mayLoad)
        case .compartmentForm(let id, let type): return try search(call, type, within: id, mayLoad)
        }
    }

    private var nothing: FHIRAnswer {
        .outcome(404, .notFound, "There is nothing at this address. See \(plan.addresses.fhir)/metadata.")
    }

    // MARK: Who asks, and for what

    /// A request that may go on: a live token, a shared type, a scope that covers the interaction.
    struct Admission {
        let access: Access
        let record: RecordAccess
        let type: ResourceType
    }

    /// The order is the order of the answers: 406, 401, 404 for no such type, 403; none of them depends on what is stored.
    func admit(_ call: FHIRCall, _ name: Substring, to interaction: Scope.Interactions, _ mayLoad: Bool) throws -> Admission {
        try negotiate(call)
        let entry = try authenticate(call, mayLoad)
        guard let type = ResourceType(String(name)) else {
            throw FHIRRefusal(.outcome(404, .notFound, "There is no such resource type. See metadata for the types served here."))
        }
        guard case .released = plan.policy.release(.memberAuthorized).verdict(onType: type) else {
            throw FHIRRefusal(.outcome(403, .forbidden, "\(type.name) is not shared in this exchange."))
        }
        let record = RecordAccess(
            plan: plan, compartment: entry.access.compartment, policy: plan.policy.release(.memberAuthorized), scope: entry.scope,
            now: site.world.now())
        if case .closed = record.opening(type, for: interaction) {
            let error = OAuthError(.insufficientScope, "The token's scope does not cover this.")
            throw FHIRRefusal(
                .outcome(
                    403, .forbidden, "The token's scope (\(entry.access.scope)) does not cover this on \(type.name).",
                    ["WWW-Authenticate": BearerToken.wwwAuthenticate(realm: plan.id, error: error)]))
        }
        return Admission(access: entry.access, record: record, type: type)
    }

    private func authenticate(_ call: FHIRCall, _ mayLoad: Bool) throws -> AccessCache.Entry {
        let token = BearerToken.parse(call.authorization)
        guard case .token(let secret) = token else { throw unauthorized(token.problem) }
        let hash = secret.hash
        let now = site.world.now()
        let known = tokens.entry(hash, at: now)
        if let entry = known.entry { return entry }
        // Where the store may not be asked, only a token that is remembered can be told.
        guard mayLoad || !site.store.waits else { throw RecordProblem.notLoaded }
        // A grant whose scope cannot be read opens nothing.
        guard let access = try site.store.access(hash, plan: plan.key, at: now), let scope = try? ScopeSet(parsing: access.scope) else {
            throw unauthorized(OAuthError(.invalidToken, "The access token is unknown, expired or revoked."))
        }
        let entry = AccessCache.Entry(access: access, scope: scope)
        tokens.remember(entry, for: hash, at: now, since: known.generation)
        return entry
    }

    private func unauthorized(_ error: OAuthError?) -> FHIRRefusal {
        let challenge = BearerToken.wwwAuthenticate(realm: plan.id, error: error)
        let text =
            error?.description
            ?? "Send an access token: Authorization: Bearer ... See \(plan.addresses.fhir)/.well-known/smart-configuration."
        let isMalformed = error?.code == .invalidRequest
        return FHIRRefusal(
            .outcome(isMalformed ? 400 : 401, isMalformed ? .invalid : .login, text, ["WWW-Authenticate": challenge]))
    }

    func reader(_ admission: Admission, _ mayLoad: Bool) throws -> RecordReader {
        try RecordReader(access: admission.record, store: site.store, cache: shelves, mayLoad: mayLoad)
    }

    func disclosure(
        _ admission: Admission, _ interaction: Disclosure.Interaction, _ call: FHIRCall, resources: Int
    ) -> Disclosure {
        var target = String(call.path.dropFirst())
        if let query = call.query, !query.isEmpty { target += "?" + query }
        return Disclosure(
            at: admission.record.now, plan: plan.key, member: admission.access.compartment.member, grant: admission.access.grant,
            app: admission.access.app, interaction: interaction, type: admission.type, target: target, resources: resources)
    }
}
