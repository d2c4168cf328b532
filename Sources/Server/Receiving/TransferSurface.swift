import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages

/// The operator's view of the transfers: what needs someone, what is on the way, and everything that is known of one.
enum TransferSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/review/transfers", .planOperator, list),
        PortalRoute(.get, "/review/transfers/:transfer", .planOperator) { call in try show(call, try transfer(call)) },
        PortalRoute(.post, "/review/transfers/:transfer/:action", .planOperator, move),
    ]

    private static func list(_ call: PortalCall) async throws -> Response {
        let plan = try PayerSurface.receiving(call).plan
        func rows(_ states: [Transfer.State], _ limit: Int) throws -> [TransfersPage.Row] {
            try call.store.transfers(plan: plan.key, states: states, limit: limit).map { try row($0, call) }
        }
        let counts = try call.store.transferCounts(plan: plan.key)
        let page = TransfersPage(
            frame: call.frame, attention: try rows([.differs, .failed], 50), moving: try rows([.receiving, .keeping, .undoing], 50),
            others: try rows([.authorizing, .ready, .kept, .undone, .discarded, .cancelled], 50),
            counts: Transfer.State.allCases.compactMap { state in counts[state].map { (state.rawValue, $0) } })
        return call.show(page.html())
    }

    private static func row(_ transfer: Transfer, _ call: PortalCall) throws -> TransfersPage.Row {
        TransfersPage.Row(
            id: transfer.id, member: try memberWords(transfer, call),
            payer: try call.store.sendingPayer(transfer.payer, plan: transfer.plan)?.name ?? "?", state: transfer.state.rawValue,
            at: transfer.movedAt.instant, resources: transfer.report?.resources, problem: transfer.problem?.words)
    }

    /// The operator sees whose it is, and nothing of what is in it.
    private static func memberWords(_ transfer: Transfer, _ call: PortalCall) throws -> String {
        try call.store.member(transfer.member, plan: transfer.plan).map { "\($0.name) (\($0.memberID))" } ?? "A former member"
    }

    private static func transfer(_ call: PortalCall) throws -> Transfer {
        let plan = try PayerSurface.receiving(call).plan
        guard let transfer = try call.store.transfer(id: call.parameter("transfer"), plan: plan.key) else {
            throw Refusal(.notFound, "There is no such transfer.")
        }
        return transfer
    }

    private static func show(_ call: PortalCall, _ transfer: Transfer) throws -> Response {
        let legs = try call.store.legs(of: transfer.key).map {
            TransferReportPage.Leg(name: $0.name, status: $0.status.words, pages: $0.pages, reason: $0.reason ?? "")
        }
        let issues = try call.store.issues(of: transfer.key, limit: 200).map {
            TransferReportPage.Issue(
                kind: $0.kind == .missing ? "Referred to, not to be had" : "Put aside",
                what: $0.id.isEmpty ? $0.type : "\($0.type)/\($0.id)", reason: $0.reason)
        }
        return call.show(
            TransferReportPage(frame: call.frame, facts: try facts(transfer, call), legs: legs, issues: issues).html())
    }

    private static func facts(_ transfer: Transfer, _ call: PortalCall) throws -> TransferReportPage.Facts {
        var facts = TransferReportPage.Facts()
        facts.id = transfer.id
        facts.member = try memberWords(transfer, call)
        facts.payer = try call.store.sendingPayer(transfer.payer, plan: transfer.plan)?.name ?? "?"
        facts.state = transfer.state.rawValue
        facts.problem = transfer.problem?.words
        facts.createdAt = transfer.createdAt.instant
        facts.startedAt = transfer.startedAt?.instant
        facts.arrivedAt = transfer.arrivedAt?.instant
        facts.movedAt = transfer.movedAt.instant
        facts.dueAt = transfer.state == .receiving && transfer.dueAt > call.now ? transfer.dueAt.instant : nil
        (facts.requests, facts.retries) = (transfer.requests, transfer.retries)
        if let report = transfer.report {
            facts.milliseconds = report.milliseconds
            facts.types = report.types.map { ($0.type, $0.count, $0.bytes) }
            facts.months = report.months.map { ($0.words, $0.count) }
            facts.gaps = report.gaps
            facts.undated = report.undated
            facts.unknownCodes = report.unknownCodes.map { ($0.words, $0.count) }
            facts.quarantined = report.quarantined.map { ($0.words, $0.count) }
            facts.missing = report.missing.map { ($0.words, $0.count) }
            (facts.notShared, facts.brokenOff) = (report.notShared, report.brokenOff)
        }
        facts.change = transfer.change.map {
            "\($0.added) added, \($0.updated) updated, \($0.unchanged) as before, \($0.disappeared) not sent again"
        }
        facts.actions = try actions(transfer, call).map(\.rawValue)
        if transfer.state == .differs { facts.persons = try persons(transfer, call) }
        return facts
    }

    private static func actions(_ transfer: Transfer, _ call: PortalCall) throws -> [Transfer.Action] {
        let newest = try call.store.newestKept(payer: transfer.payer, member: transfer.member, plan: transfer.plan)
        return Transfer.actions(transfer.state, .planOperator).filter { action in
            switch action {
            case .undo: newest == transfer.key
            case .retry: transfer.problem?.mayTryAgain == true
            case .authorize, .decline, .arrive, .differ, .fail, .accept, .keep, .finish, .discard, .stop: true
            }
        }
    }

    /// The two side by side: nothing else of the record is needed to decide.
    private static func persons(_ transfer: Transfer, _ call: PortalCall) throws -> [(where: String, name: String, birthDate: String)] {
        var found: [(where: String, name: String, birthDate: String)] = []
        if let member = try call.store.member(transfer.member, plan: transfer.plan) {
            found.append(("Our roster", member.name, member.birthDate))
        }
        var bytes: [UInt8] = []
        if let patient = transfer.patientID { try call.store.staged(.patient, id: patient, of: transfer) { bytes = Array($0) } }
        if let known = try? JSONParser().withDocument(bytes, { PatientWords($0) }) {
            found.append(("The record", known.name, known.birthDate))
        } else {
            found.append(("The record", "It says nothing of the person", ""))
        }
        return found
    }

    private static func move(_ call: PortalCall) async throws -> Response {
        let transfer = try transfer(call)
        guard let action = Transfer.Action(rawValue: call.parameter("action")) else { throw Refusal(.notFound, "There is no such step.") }
        guard try actions(transfer, call).contains(action) else { throw Refusal(.conflict, "The transfer stands elsewhere by now.") }
        try await call.store.move(
            transfer, .planOperator, action, sealedCode: nil, problem: nil,
            audit: AuditEntry(try call.account(), "transfer.\(action.rawValue)", "transfer \(transfer.id)"), at: call.now)
        return Answer.seeOther("/review/transfers/\(transfer.id)")
    }
}

extension TransferLeg.Status {
    var words: String {
        switch self {
        case .open: "Under way"
        case .done: "Done"
        case .notShared: "Not shared"
        case .failed: "Broke off"
        }
    }
}
