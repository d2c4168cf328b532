import Exchange
import FHIR
import Pages
import Trust

/// Moves a production request one step, as the verification's desk does.
struct ProductionDesk: Sendable {
    let site: Site

    func act(
        _ action: ProductionRequest.Action, on request: ProductionRequest, of application: DeveloperApp, by actor: VerificationDesk.Actor,
        words: String = "", note: String? = nil, evidence: EvidenceChange = .none
    ) async throws(Refusal) -> VerificationDesk.Outcome {
        guard let move = ProductionRequest.move(request.state, actor.role, action) else { return .notNow }
        let now = site.world.now()
        var next = request
        next.state = move.next
        if let note { next.note = note }
        var mails: [OutgoingMail] = []
        var plans: [Key<Plan>] = []
        for effect in move.effects {
            switch effect {
            case .tellDeveloper:
                if let developer = try site.store.account(application.account) {
                    let mail = PortalMail.caseMoved(
                        app: application.name, what: PortalMail.production(move.next.rawValue), words: words,
                        link: "\(site.publicAddress)/portal/applications/\(application.clientID)/production")
                    mails.append(mail.outgoing(to: developer.address))
                }
            case .sync: plans = site.plans.filter { $0.policy.environment == .production }.map(\.key)
            }
        }
        let kept = try await site.store.keep(
            next, evidence: evidence, entry: CaseEntry(role: actor.role, name: actor.name, action: action.rawValue, text: words, at: now),
            mails: mails, syncing: plans,
            audit: AuditEntry(actor.audit, "production.\(action.rawValue)", "application \(application.clientID)", detail: words), at: now)
        return kept ? .done : .changedMeanwhile
    }
}
