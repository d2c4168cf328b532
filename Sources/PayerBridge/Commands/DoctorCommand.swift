import ArgumentParser
import FHIR
import Receiver

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the connection to a sending payer and say what to mend.",
        discussion: """
            Looks at everything that a real transfer needs, without a member: the address, the network, TLS, the clocks, the discovery
            documents, the CapabilityStatement, and with a client id whether the redirect address and the secret are known there. Exit code: 0
            when nothing failed, else 1.
            """)

    @Argument(help: "The plan's address or its FHIR base, such as https://api.example.com/r4.") var address: String
    @Option(help: "The client id that the sending payer gave your app.") var clientId: String?
    @Option(help: "The file that holds the client secret; leave it out for an app without one.") var clientSecretFile: String?
    @Option(help: "The redirect address that was registered for your app.") var redirectUri: String?
    @Option(help: "The issuer that is expected; another one is a failure.") var issuer: String?
    @Flag(help: "Allow plain http to a host that is not this machine. Never with real members.") var insecure = false
    @Flag(help: "Print the checks as JSON.") var json = false

    func run() async throws {
        try await Failing.clearly {
            var options = Doctor.Options(
                address: address, network: insecure ? .insecureCommand : .command, clientID: clientId, redirectURI: redirectUri)
            options.clientSecret = try ClientSecretFile.text(clientSecretFile)
            options.expectedIssuer = issuer
            let isQuiet = json
            let checks = await Doctor(options).run { progress in
                guard !isQuiet, case .finished(let check) = progress else { return }
                Console.say(Self.lines(check))
            }
            if json {
                Console.say(String(decoding: JSONDocument.object(["checks": .array(checks.map(\.document))]).json, as: UTF8.self))
            }
            if checks.contains(where: \.isFailure) { throw ExitCode.failure }
        }
    }

    /// One line of words, and the fix below it under the words.
    private static func lines(_ check: DoctorCheck) -> String {
        let widest = DoctorCheck.Subject.allCases.map(\.title.count).max() ?? 0
        let title = check.subject.title + String(repeating: " ", count: widest - check.subject.title.count)
        let indent = String(repeating: " ", count: 4 + 2 + widest + 2)
        switch check.outcome {
        case .passed: return "PASS  \(title)  \(check.seen)"
        case .skipped(let because): return "SKIP  \(title)  \(because)"
        case .warning(let fix): return "WARN  \(title)  \(check.seen)\n\(indent)\(fix)"
        case .failed(let fix): return "FAIL  \(title)  \(check.seen)\n\(indent)\(fix)"
        }
    }
}
