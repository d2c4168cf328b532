import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// The operator's directory of sending payers.
enum PayerSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/review/payers", .planOperator) { call in try list(call, [], isDirectory: false) },
        PortalRoute(.post, "/review/payers", .planOperator, add),
        PortalRoute(.post, "/review/payers/directory", .planOperator, addDirectory),
        PortalRoute(.get, "/review/payers/:payer", .planOperator) { call in try show(call, try payer(call), [], []) },
        PortalRoute(.post, "/review/payers/:payer", .planOperator, change),
        PortalRoute(.post, "/review/payers/:payer/check", .planOperator, check),
        PortalRoute(.post, "/review/payers/:payer/open", .planOperator) { try await set(.open, $0) },
        PortalRoute(.post, "/review/payers/:payer/close", .planOperator) { try await set(.closed, $0) },
    ]

    static func receiving(_ call: PortalCall) throws(Refusal) -> Receiving {
        guard let receiving = call.receiving else { throw Refusal(.notFound, "This plan does not receive records.") }
        return receiving
    }

    private static func redirectURI(_ call: PortalCall, _ receiving: Receiving) -> String {
        Receiving.redirectURI(publicAddress: call.site.publicAddress, plan: receiving.plan.id)
    }

    private static func list(_ call: PortalCall, _ problems: [PortalProblem], isDirectory: Bool) throws -> Response {
        let receiving = try receiving(call)
        let page = PayersPage(
            frame: call.frame, payers: try call.store.sendingPayers(plan: receiving.plan.key).map(row),
            wishes: try call.store.payerWishes(plan: receiving.plan.key, limit: 50).map { .init(name: $0.name, at: $0.at.instant) },
            redirectURI: redirectURI(call, receiving), values: call.input.values, problems: problems, isDirectory: isDirectory)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func row(_ payer: SendingPayer) -> PayerRow {
        PayerRow(
            key: String(payer.key.number), name: payer.name, address: payer.address, clientID: payer.clientID,
            hasSecret: payer.sealedSecret != nil, isOpen: payer.standing == .open, isHealthy: payer.isHealthy,
            checkedAt: payer.checkedAt?.instant, checkWords: payer.checkWords)
    }

    private static func sealed(_ call: PortalCall, _ receiving: Receiving, address: String) throws(Refusal) -> [UInt8]? {
        let secret = call.input[.clientSecret]
        guard !secret.isEmpty else { return nil }
        return try receiving.sealing.seal(Array(secret.utf8), SendingPayer.secretContext(plan: receiving.plan.key, address: address))
    }

    /// Asks the address first: what is kept is the FHIR base that was found there.
    private static func add(_ call: PortalCall) async throws -> Response {
        let receiving = try receiving(call)
        let input = call.input
        var problems = input.missing([.payerName, .payerAddress, .clientID]) + input.tooLong([.payerName, .clientID, .clientSecret], 500)
        guard problems.isEmpty else { return try list(call, problems, isDirectory: false) }
        var facts: SenderFacts?
        do throws(Refusal) { facts = try await receiving.connector.find(input[.payerAddress]) } catch {
            problems.append(.said(.payerAddress, error.message))
        }
        guard let facts else { return try list(call, problems, isDirectory: false) }
        let payer = NewSendingPayer(
            name: input[.payerName], address: facts.fhirBase, clientID: input[.clientID],
            sealedSecret: try sealed(call, receiving, address: facts.fhirBase))
        let audit = AuditEntry(try call.account(), "payer.keep", "payer \(facts.fhirBase)", detail: input[.payerName])
        let key = try await call.store.keep(payer, plan: receiving.plan.key, audit: audit, at: call.now)
        return Answer.seeOther("/review/payers/\(key.number)")
    }

    private static func addDirectory(_ call: PortalCall) async throws -> Response {
        let receiving = try receiving(call)
        let problems = call.input.missing([.directory, .clientID])
        guard problems.isEmpty else { return try list(call, problems, isDirectory: true) }
        var listed: [ListedPayer] = []
        do throws(Refusal) { listed = try receiving.connector.listed(in: Array(call.input[.directory].utf8)) } catch {
            return try list(call, [.said(.directory, error.message)], isDirectory: true)
        }
        let account = try call.account()
        for payer in listed where payer.problem == nil {
            let audit = AuditEntry(account, "payer.keep", "payer \(payer.address)", detail: payer.name)
            _ = try await call.store.keep(
                NewSendingPayer(
                    name: payer.name, address: payer.address, clientID: call.input[.clientID],
                    sealedSecret: try sealed(call, receiving, address: payer.address)), plan: receiving.plan.key, audit: audit, at: call.now
            )
        }
        let rows = listed.map { DirectoryResultPage.Row(name: $0.name, address: $0.address, problem: $0.problem) }
        return call.show(DirectoryResultPage(frame: call.frame, rows: rows).html())
    }

    private static func payer(_ call: PortalCall) throws(Refusal) -> SendingPayer {
        let receiving = try receiving(call)
        guard let number = Int64(call.parameter("payer")), let payer = try call.store.sendingPayer(Key(number), plan: receiving.plan.key)
        else {
            throw Refusal(.notFound, "There is no such plan.")
        }
        return payer
    }

    private static func show(_ call: PortalCall, _ payer: SendingPayer, _ checks: [ConnectionCheck], _ problems: [PortalProblem]) throws
        -> Response
    {
        let page = PayerPage(
            frame: call.frame, payer: row(payer), redirectURI: redirectURI(call, try receiving(call)),
            checks: checks.map { .init(name: $0.name, outcome: $0.outcome.rawValue, seen: $0.seen, fix: $0.fix) }, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func change(_ call: PortalCall) async throws -> Response {
        let receiving = try receiving(call)
        let payer = try payer(call)
        let problems = call.input.missing([.payerName, .clientID])
        guard problems.isEmpty else { return try show(call, payer, [], problems) }
        let new = NewSendingPayer(
            name: call.input[.payerName], address: payer.address, clientID: call.input[.clientID],
            sealedSecret: try sealed(call, receiving, address: payer.address), scope: payer.scope, standing: payer.standing)
        let audit = AuditEntry(try call.account(), "payer.keep", "payer \(payer.address)", detail: call.input[.payerName])
        _ = try await call.store.keep(new, plan: receiving.plan.key, audit: audit, at: call.now)
        return Answer.seeOther("/review/payers/\(payer.key.number)")
    }

    private static func check(_ call: PortalCall) async throws -> Response {
        let receiving = try receiving(call)
        let payer = try payer(call)
        let context = SendingPayer.secretContext(plan: receiving.plan.key, address: payer.address)
        let secret = payer.sealedSecret.flatMap { receiving.sealing.open($0, context) }.map { String(decoding: $0, as: UTF8.self) }
        let checks = await receiving.connector.examine(payer, secret: secret, redirectURI: redirectURI(call, receiving))
        let failed = checks.filter { $0.outcome == .failed }
        try await call.store.note(
            check: failed.first.map { "\($0.name): \($0.seen)" } ?? "Everything is fine.", isHealthy: failed.isEmpty, of: payer.key,
            plan: receiving.plan.key, at: call.now)
        return try show(call, try self.payer(call), checks, [])
    }

    private static func set(_ standing: SendingPayer.Standing, _ call: PortalCall) async throws -> Response {
        let payer = try payer(call)
        let audit = AuditEntry(try call.account(), "payer.\(standing.rawValue)", "payer \(payer.address)")
        try await call.store.set(standing, of: payer.key, plan: payer.plan, audit: audit, at: call.now)
        return Answer.seeOther("/review/payers/\(payer.key.number)")
    }
}
