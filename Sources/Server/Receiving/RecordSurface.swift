import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// A member's own steps: find the old plan, agree, be sent there, come back, watch, look, keep, undo, withdraw.
enum RecordSurface {
    static let rows: [RecordDoor.Row] = [
        .init(method: .get, path: "/plans", handle: findPlan),
        .init(method: .post, path: "/missing-plan", handle: missingPlan),
        .init(method: .get, path: "/plans/:payer") { call in optIn(call, try payer(call), nil) },
        .init(method: .post, path: "/plans/:payer", handle: agree),
        .init(method: .get, path: "/callback", isOpen: true, handle: RecordCallback.take),
        .init(method: .get, path: "/transfers/:transfer") { call in try show(call, try transfer(call)) },
        .init(method: .post, path: "/transfers/:transfer/:action", handle: move),
        .init(method: .post, path: "/withdraw", handle: withdraw),
    ]

    // MARK: The first page

    static func home(_ call: RecordCall) throws -> Response {
        let member = try call.member()
        let payers = try names(call)
        let transfers = try call.store.transfers(of: member.key, plan: call.plan.key)
        let optIns = try call.store.optIns(of: member.key, plan: call.plan.key).filter { $0.withdrawnAt == nil }
        var permissions: [RecordHomePage.Permission] = []
        var seen: Set<Key<SendingPayer>> = []
        for optIn in optIns where seen.insert(optIn.payer).inserted {
            permissions.append(
                .init(payer: payers[optIn.payer] ?? "", payerKey: String(optIn.payer.number), since: optIn.givenAt.date))
        }
        let shown = transfers.filter { $0.state != .cancelled || $0.problem != nil }.prefix(20)
        let page = RecordHomePage(
            frame: call.frame, firstName: member.firstName,
            transfers: try shown.map { try card($0, payer: payers[$0.payer] ?? "", call) }, permissions: permissions,
            hasRecord: try call.store.hasKept(member.key, plan: call.plan.key))
        return call.show(page.html())
    }

    private static func names(_ call: RecordCall) throws(Refusal) -> [Key<SendingPayer>: String] {
        Dictionary(try call.store.sendingPayers(plan: call.plan.key).map { ($0.key, $0.name) }) { first, _ in first }
    }

    // MARK: Finding the old plan

    private static let most = 20

    private static func findPlan(_ call: RecordCall) async throws -> Response { try findPlan(call, []) }

    private static func findPlan(_ call: RecordCall, _ problems: [PortalProblem]) throws -> Response {
        let search = String((call.query("search") ?? "").prefix(100))
        let wanted = MemberDetails.name(search)
        let found = try call.store.sendingPayers(plan: call.plan.key).filter {
            $0.standing == .open && (wanted.isEmpty || MemberDetails.name($0.name).contains(wanted))
        }
        let page = FindPlanPage(
            frame: call.frame, search: search, found: found.prefix(most).map { .init(key: String($0.key.number), name: $0.name) },
            isCut: found.count > most, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func missingPlan(_ call: RecordCall) async throws -> Response {
        let name = String(call.input[.payerName].prefix(120))
        guard !name.isEmpty else {
            let words = call.language == .spanish ? "Escriba el nombre de su plan" : "Enter the name of your plan"
            return try findPlan(call, [.said(.payerName, words)])
        }
        try await call.store.wish(PayerWish(name: name, member: try call.member().key, at: call.now), plan: call.plan.key)
        return call.notice(.thanks(plan: name), .ok)
    }

    private static func payer(_ call: RecordCall) throws(Refusal) -> SendingPayer {
        guard let number = Int64(call.parameter("payer")), let payer = try call.store.sendingPayer(Key(number), plan: call.plan.key),
            payer.standing == .open
        else { throw Refusal(.notFound, "There is no such plan.") }
        return payer
    }

    private static func optIn(_ call: RecordCall, _ payer: SendingPayer, _ problem: String?) -> Response {
        let page = OptInPage(frame: call.frame, payer: payer.name, payerKey: String(payer.key.number), problem: problem)
        // A browser counts where the form leads after our redirect, which is known only once the other plan has been asked.
        let targets = call.site.sandbox == nil ? ["https:"] : ["https:", "http://localhost:*", "http://127.0.0.1:*"]
        return call.show(page.html(), isProblem: problem != nil, formTargets: targets)
    }

    // MARK: Agreeing

    /// Records the opt-in, then sends the browser to the other plan. RFC 6749 §4.1.1, RFC 7636 §4.3.
    private static func agree(_ call: RecordCall) async throws -> Response {
        let member = try call.member()
        let payer = try payer(call)
        guard call.input.form.value("wording") == OptInPage.wording else { return call.notice(.formExpired, .conflict) }
        var found: SenderFacts?
        do throws(Refusal) { found = try await call.receiving.connector.find(payer.address) } catch {
            try await call.store.note(check: error.message, isHealthy: false, of: payer.key, plan: call.plan.key, at: call.now)
            let words =
                call.language == .spanish
                ? "\(payer.name) no responde en este momento. Intente de nuevo más tarde."
                : "\(payer.name) does not answer just now. Please try again later."
            return optIn(call, payer, words)
        }
        guard let facts = found else { throw Refusal(.unavailable, "The plan was not found.") }
        let state = PKCE.makeVerifier()
        let verifier = PKCE.makeVerifier()
        let id = SecretText.hexadecimal()
        let redirectURI = Receiving.redirectURI(publicAddress: call.site.publicAddress, plan: call.plan.id)
        let new = NewTransfer(
            id: id, plan: call.plan.key, member: member.key, payer: payer.key, wording: OptInPage.wording, language: call.language.rawValue,
            stateHash: SecretHash(of: state),
            sealedVerifier: try call.receiving.sealing.seal(Array(verifier.utf8), Transfer.context(id: id, "verifier")),
            redirectURI: redirectURI, fhirBase: facts.fhirBase, issuer: facts.issuer, needsIssuer: facts.needsIssuer)
        do throws(Refusal) {
            _ = try await call.store.begin(
                new,
                audit: call.audit(
                    "record.opt-in", "member \(member.key.number)", detail: "payer \(payer.key.number), wording \(OptInPage.wording)"),
                at: call.now)
        } catch {
            guard error.code == .conflict else { throw error }
            return call.notice(.busyTransfer, .conflict)
        }
        let address = call.receiving.connector.authorizeAddress(
            facts,
            MemberErrand(
                clientID: payer.clientID, redirectURI: redirectURI, scope: payer.scope, state: state,
                challenge: PKCE.challenge(for: verifier)))
        return Answer.seeOther(address)
    }

    // MARK: A transfer

    private static func transfer(_ call: RecordCall) throws(Refusal) -> Transfer {
        let member = try call.member()
        // Another member's is not there.
        guard let transfer = try call.store.transfer(id: call.parameter("transfer"), plan: call.plan.key), transfer.member == member.key
        else {
            throw Refusal(.notFound, "There is no such transfer.")
        }
        return transfer
    }

    private static func show(_ call: RecordCall, _ transfer: Transfer) throws -> Response {
        let payer = try call.store.sendingPayer(transfer.payer, plan: call.plan.key)
        let page = TransferPage(
            frame: call.frame, card: try card(transfer, payer: payer?.name ?? "", call), person: try person(call, transfer))
        return call.show(page.html())
    }

    /// The Patient that came, shown before anything is kept. Not while someone else checks whether it is this member at all.
    private static func person(_ call: RecordCall, _ transfer: Transfer) throws -> TransferPage.Person? {
        guard transfer.state == .ready, let patient = transfer.patientID else { return nil }
        var bytes: [UInt8] = []
        try call.store.staged(.patient, id: patient, of: transfer) { bytes = Array($0) }
        guard let known = try? JSONParser().withDocument(bytes, { PatientWords($0) }) else { return nil }
        return TransferPage.Person(name: known.name, birthDate: known.birthDate)
    }

    static func card(_ transfer: Transfer, payer: String, _ call: RecordCall) throws -> TransferCard {
        let report = transfer.report
        let kinds: [SharedKind] =
            switch transfer.state {
            case .receiving: try call.store.stagedCounts(of: transfer).map { SharedKind(type: $0.type.name, count: $0.count) }
            case .ready, .differs, .keeping, .kept, .undoing: report?.types.map { SharedKind(type: $0.type, count: $0.count) } ?? []
            case .authorizing, .undone, .discarded, .failed, .cancelled: []
            }
        let newest = try call.store.newestKept(payer: transfer.payer, member: transfer.member, plan: transfer.plan)
        return TransferCard(
            address: "\(call.root)/transfers/\(transfer.id)", payer: payer, state: transfer.state.rawValue,
            problem: transfer.problem?.kind.rawValue, mayTryAgain: transfer.problem?.mayTryAgain ?? false,
            isWaiting: transfer.state == .receiving && transfer.dueAt > call.now.adding(seconds: 2), createdAt: transfer.createdAt.instant,
            movedAt: transfer.movedAt.instant, kinds: kinds, notTaken: report?.quarantined.reduce(0) { $0 + $1.count } ?? 0,
            brokenOff: report?.isWhole == false, added: transfer.change?.added ?? 0, updated: transfer.change?.updated ?? 0,
            unchanged: transfer.change?.unchanged ?? 0, disappeared: transfer.change?.disappeared ?? 0,
            mayUndo: transfer.state == .kept && newest == transfer.key)
    }

    private static func move(_ call: RecordCall) async throws -> Response {
        let transfer = try transfer(call)
        guard let action = Transfer.Action(rawValue: call.parameter("action")), [.keep, .discard, .undo, .stop, .retry].contains(action)
        else {
            throw Refusal(.notFound, "There is no such step.")
        }
        if action == .undo {
            // Below a newer one it would take away what that one rests on.
            guard try call.store.newestKept(payer: transfer.payer, member: transfer.member, plan: transfer.plan) == transfer.key else {
                throw Refusal(.conflict, "A newer transfer from this plan must be undone first.")
            }
        }
        if action == .retry, transfer.problem?.mayTryAgain != true { throw Refusal(.conflict, "Trying again cannot help.") }
        try await call.store.move(
            transfer, .member, action, sealedCode: nil, problem: nil,
            audit: call.audit("transfer.\(action.rawValue)", "transfer \(transfer.id)"), at: call.now)
        return Answer.seeOther("\(call.root)/transfers/\(transfer.id)")
    }

    private static func withdraw(_ call: RecordCall) async throws -> Response {
        let member = try call.member()
        guard let number = call.input.form.value("payer").flatMap({ Int64($0) }),
            let payer = try call.store.sendingPayer(Key(number), plan: call.plan.key)
        else { throw Refusal(.notFound, "There is no such plan.") }
        try await call.store.withdraw(
            payer.key, member: member.key, plan: call.plan.key,
            audit: call.audit("record.withdraw", "member \(member.key.number)", detail: "payer \(payer.key.number)"), at: call.now)
        return Answer.seeOther(call.root)
    }
}
