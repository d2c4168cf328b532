package import FHIR

extension DoctorCheck {
    /// For programs: `check`, `outcome` (pass, warn, fail, skip), `seen`, and `fix` or `because` when there is one.
    package var document: JSONDocument {
        var members: [String: JSONDocument] = [
            "check": .string(subject.rawValue), "title": .string(subject.title), "outcome": .string(outcome.word.lowercased()),
            "seen": .string(seen),
        ]
        switch outcome {
        case .passed: break
        case .warning(let fix), .failed(let fix): members["fix"] = .string(fix)
        case .skipped(let because): members["because"] = .string(because)
        }
        return .object(members)
    }
}
