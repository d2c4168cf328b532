import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import NIOCore
import Pages
import Records
import Trust

/// What a member sees and takes along of their record.
enum RecordChart {
    static let rows: [RecordDoor.Row] = [
        .init(method: .get, path: "/record.ndjson", handle: download), .init(method: .get, path: "/chart") { try await show($0, "") },
        .init(method: .get, path: "/chart/**") { call in
            try await show(call, call.context.parameters.getCatchAll().joined(separator: "/"))
        },
    ]

    private static func show(_ call: RecordCall, _ path: String) async throws -> Response {
        let member = try call.member()
        let gone = call.language == .spanish ? "ya no se envía" : "not sent again"
        guard let route = ChartRoute(path), let loaded = try KeptChart.load(member, call.plan, call.store, notSentAgain: gone) else {
            throw Refusal(.notFound, "There is no such page.")
        }
        let frame = call.frame
        let desk = ChartDesk(
            chart: loaded.chart,
            member: ChartMember(name: member.name, birthDate: member.birthDate, memberID: member.memberID, gender: loaded.gender),
            reader: .member,
            page: PageFrame(
                language: call.language, planName: frame.planName, assetBase: frame.assetBase, languageLinks: frame.languageLinks,
                sandboxHome: frame.sandboxHome), root: call.root + "/chart", signOut: (call.root + "/sign-out", frame.token),
            back: .init(call.language == .spanish ? "Inicio" : "First page", call.root), now: call.now)
        guard let answer = desk.answer(route, query: try FormParameters(query: call.request.uri.query)) else {
            throw Refusal(.notFound, "There is no such page.")
        }
        if case .summary = route { try await call.store.record(call.audit("record.download", "member \(member.key.number)"), at: call.now) }
        return answer
    }

    /// Every resource of the record on a line of its own, as it is served here. Source: ndjson.org; FHIR R4, "NDJSON".
    private static func download(_ call: RecordCall) async throws -> Response {
        let member = try call.member()
        guard let patient = member.patientID else { throw Refusal(.notFound, "There is no record yet.") }
        let compartment = Compartment(plan: call.plan.key, member: member.key, patientID: patient)
        try await call.store.record(call.audit("record.download", "member \(member.key.number)"), at: call.now)
        let lines = try RecordLines(store: call.store, compartment: compartment).bytes()
        return Answer.bytes(
            .ok, "application/fhir+ndjson", lines,
            [.contentDisposition: "attachment; filename=\"health-record.ndjson\"", .contentSecurityPolicy: "sandbox; default-src 'none'"])
    }
}
