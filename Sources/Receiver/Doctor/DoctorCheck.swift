/// One thing that was looked at in the connection to a sending payer: how it is, what was seen, and who must do what.
package struct DoctorCheck: Sendable, Equatable {
    /// In the order in which they are looked at; most need the ones before.
    package enum Subject: String, Sendable, CaseIterable {
        case address
        case network
        case tls
        case clock
        case discovery
        case issuer
        case pkce
        case metadata
        case redirectURI = "redirect-uri"
        case credentials

        package var title: String {
            switch self {
            case .address: "Address"
            case .network: "Name and network"
            case .tls: "TLS"
            case .clock: "Clock"
            case .discovery: "Discovery"
            case .issuer: "Issuer"
            case .pkce: "PKCE"
            case .metadata: "FHIR metadata"
            case .redirectURI: "Redirect address"
            case .credentials: "Client credentials"
            }
        }
    }

    package enum Outcome: Sendable, Equatable {
        case passed
        /// It works, and something should be mended.
        case warning(fix: String)
        /// Records cannot be received like this.
        case failed(fix: String)
        case skipped(because: String)

        package var word: String {
            switch self {
            case .passed: "PASS"
            case .warning: "WARN"
            case .failed: "FAIL"
            case .skipped: "SKIP"
            }
        }
    }

    package let subject: Subject
    package let outcome: Outcome
    /// One sentence without its full stop; empty when nothing was looked at.
    package let seen: String

    package init(_ subject: Subject, _ outcome: Outcome, seen: String) {
        (self.subject, self.outcome, self.seen) = (subject, outcome, seen)
    }

    package var isFailure: Bool {
        switch outcome {
        case .failed: true
        case .passed, .warning, .skipped: false
        }
    }

    /// One plain sentence that names who must do it; nil when nothing is to be done.
    package var fix: String? {
        switch outcome {
        case .warning(let fix), .failed(let fix): fix
        case .passed, .skipped: nil
        }
    }
}
