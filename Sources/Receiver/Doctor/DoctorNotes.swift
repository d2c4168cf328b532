/// Writes down what each check found, within its time, and skips what cannot be looked at any more.
struct DoctorNotes {
    /// What a check found out: the value is what later checks need, nil when they cannot go on.
    struct Finding<Value: Sendable>: Sendable {
        let outcome: DoctorCheck.Outcome
        let seen: String
        let value: Value?

        static func passed(_ seen: String, _ value: Value) -> Finding { Finding(outcome: .passed, seen: seen, value: value) }
        static func warning(_ seen: String, fix: String, _ value: Value) -> Finding {
            Finding(outcome: .warning(fix: fix), seen: seen, value: value)
        }
        static func failed(_ seen: String, fix: String, _ value: Value? = nil) -> Finding {
            Finding(outcome: .failed(fix: fix), seen: seen, value: value)
        }
        static func skipped(_ because: String, _ value: Value? = nil) -> Finding {
            Finding(outcome: .skipped(because: because), seen: "", value: value)
        }
    }

    private(set) var checks: [DoctorCheck] = []
    private let limit: Duration
    private let report: @Sendable (DoctorProgress) -> Void

    init(limit: Duration, report: @escaping @Sendable (DoctorProgress) -> Void) {
        (self.limit, self.report) = (limit, report)
    }

    mutating func take<Value: Sendable>(_ subject: DoctorCheck.Subject, _ work: @escaping @Sendable () async -> Finding<Value>) async
        -> Value?
    {
        report(.started(subject))
        let finding =
            await within(work)
            ?? .failed(
                "no end within \(limit.components.seconds) seconds",
                fix: "Try again in a while; if it stays so, the sending payer must find out why its server is this slow.")
        note(DoctorCheck(subject, finding.outcome, seen: finding.seen))
        return finding.value
    }

    /// The checks that were not looked at yet, all for one reason.
    mutating func skipRest(_ because: String) {
        for subject in DoctorCheck.Subject.allCases where !checks.contains(where: { $0.subject == subject }) {
            note(DoctorCheck(subject, .skipped(because: because), seen: ""))
        }
    }

    private mutating func note(_ check: DoctorCheck) {
        checks.append(check)
        report(.finished(check))
    }

    private func within<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask { [limit] in
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}

/// How far the doctor is.
package enum DoctorProgress: Sendable, Equatable {
    case started(DoctorCheck.Subject)
    case finished(DoctorCheck)
}
