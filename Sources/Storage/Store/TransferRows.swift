import Exchange
import FHIR

/// How a transfer stands in its table.
enum TransferRows {
    static let columns = """
        t.number, t.id, t.plan, t.member, t.payer, t.state, t.created_at, t.started_at, t.arrived_at, t.moved_at, t.patient_id,
        t.problem_kind, t.problem_words, t.report, t.added, t.updated, t.unchanged, t.disappeared, t.requests, t.retries, t.due_at
        """
    /// The number of `columns`, where what a statement adds begins.
    static let count: Int32 = 21

    static func transfer(_ row: any Statement) -> Transfer {
        func time(_ column: Int32) -> Timestamp? { row.optionalInt(column).map { Timestamp(milliseconds: $0) } }
        let problem = row.optionalText(11).map {
            TransferProblem(TransferProblem.Kind(rawValue: $0) ?? .internalTrouble, row.text(12))
        }
        let change = row.optionalInt(14).map {
            TransferChange(added: Int($0), updated: Int(row.int(15)), unchanged: Int(row.int(16)), disappeared: Int(row.int(17)))
        }
        return Transfer(
            key: Key(row.int(0)), id: row.text(1), plan: Key(row.int(2)), member: Key(row.int(3)), payer: Key(row.int(4)),
            state: Transfer.State(rawValue: row.text(5)) ?? .failed, createdAt: Timestamp(milliseconds: row.int(6)), startedAt: time(7),
            arrivedAt: time(8), movedAt: Timestamp(milliseconds: row.int(9)), patientID: row.optionalText(10), problem: problem,
            report: row.isNull(13) ? nil : TransferReport(json: Array(row.bytes(13))), change: change, requests: Int(row.int(18)),
            retries: Int(row.int(19)), dueAt: Timestamp(milliseconds: row.int(20)))
    }
}
