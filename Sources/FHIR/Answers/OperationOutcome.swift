/// An error as FHIR says it (R4 OperationOutcome, one issue).
package struct OperationOutcome: Sendable {
    package enum Code: String, Sendable {
        case invalid, required, value, login, expired, forbidden, notSupported = "not-supported", notFound = "not-found", tooCostly =
            "too-costly"
        case throttled, tooLong = "too-long", exception, transient, security
    }

    package let code: Code
    /// What is wrong and how to mend it; shown to the caller.
    package let text: String
    package let severity: String

    package init(_ code: Code, _ text: String, severity: String = "error") {
        (self.code, self.text, self.severity) = (code, text, severity)
    }

    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { outcome in
            outcome.member("resourceType", "OperationOutcome")
            outcome.member(
                "issue",
                array: { issues in
                    issues.object { issue in
                        issue.member("severity", severity)
                        issue.member("code", code.rawValue)
                        issue.member("details", object: { $0.member("text", text) })
                        issue.member("diagnostics", text)
                    }
                })
        }
        return writer.bytes
    }
}
