import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages

/// A care manager finds a member and opens the record that other plans sent.
enum CareSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/review/members", .careManager, members)
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
}
