import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import NIOCore
import Pages
import Records

/// What a member sees and takes along of their record.
enum RecordChart {
    static let rows: [RecordDoor.Row] = [
        .init(method: .get, path: "/record.ndjson", handle: download)
    ]

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
