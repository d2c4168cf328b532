import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// A care manager finds a member and opens the record that other plans sent.
enum CareSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/review/members", .careManager, members),
        PortalRoute(.get, "/review/members/:member", .careManager) { try await chart($0, "") },
        PortalRoute(.get, "/review/members/:member/**", .careManager) { call in
            try await chart(call, call.context.parameters.getCatchAll().joined(separator: "/"))
        },
    ]

    private static let most = 50

    private static func plan(_ call: PortalCall) throws(Refusal) -> Plan {
        guard let plan = call.site.plans.first(where: { $0.key == call.session?.account.plan }) else {
            throw Refusal(.notFound, "There is no such plan.")
        }
        return plan
    }

    private static func members(_ call: PortalCall) async throws -> Response {
        let plan = try plan(call)
        let search = String((call.query("search") ?? "").prefix(100))
        let found = try call.store.members(plan: plan.key, search: search, limit: most + 1, offset: 0)
        let rows = try found.prefix(most).map { member in
            MembersPage.Row(
                key: String(member.key.number), name: member.name, memberID: member.memberID, birthDate: member.birthDate,
                hasRecord: try call.store.hasKept(member.key, plan: plan.key))
        }
        return call.show(MembersPage(frame: call.frame, search: search, rows: Array(rows), isCut: found.count > most).html())
    }

    /// Who opened which record stands in the audit log before anything of it is shown. 45 CFR 164.312(b).
    private static func chart(_ call: PortalCall, _ path: String) async throws -> Response {
        let plan = try plan(call)
        guard let route = ChartRoute(path), let number = Int64(call.parameter("member")),
            let member = try call.store.member(Key(number), plan: plan.key),
            let loaded = try KeptChart.load(member, plan, call.store, notSentAgain: "not sent again")
        else { throw Refusal(.notFound, "There is no such record.") }
        try await call.store.record(
            AuditEntry(try call.account(), "record.view", "member \(member.key.number)", detail: path), at: call.now)
        let frame = call.frame
        let desk = ChartDesk(
            chart: loaded.chart,
            member: ChartMember(name: member.name, birthDate: member.birthDate, memberID: member.memberID, gender: loaded.gender),
            reader: .careManager,
            page: PageFrame(language: .english, planName: plan.name, assetBase: frame.assetBase, sandboxHome: frame.sandboxHome),
            root: "\(call.site.publicAddress)/review/members/\(member.key.number)", menu: frame.menu,
            signOut: frame.signOut.map { ($0, frame.token) }, back: .init("Members", "/review/members"), now: call.now)
        guard let answer = desk.answer(route, query: try FormParameters(query: call.request.uri.query)) else {
            throw Refusal(.notFound, "There is no such page.")
        }
        return answer
    }
}
