import ArgumentParser
import Receiver

struct ReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "Get one member's whole record from a sending payer onto disk.",
        discussion: """
            Discovers the payer's endpoints, prints the address where the member agrees, waits for the code on this machine, exchanges it and
            downloads everything the token may read. Writes one NDJSON file for each type and receipt.json. Run it again with the same --out
            after an interruption: it goes on where it was. Exit code: 0 complete, 3 incomplete, 1 failed.
            """)

    @Option(help: "The plan's address or its FHIR base, such as http://localhost:8080/demo.") var from: String
    @Option(help: "The client id that the sending payer gave your app.") var clientId: String
    @Option(help: "The file that holds the client secret; leave it out for an app without one.") var clientSecretFile: String?
    @Option(help: "The folder to write into.") var out: String
    @Option(help: "Where the code comes back to; registered for your app, on a loopback address.") var redirectUri =
        "http://127.0.0.1:8765/callback"
    @Option(help: "The SMART scopes to ask for.") var scope = "launch/patient offline_access patient/*.read"
    @Option(help: "Requests at the same time.") var parallel = 4
    @Option(help: "Resources per page.") var pageSize = 200
    @Flag(help: "Allow plain http to a host that is not this machine. Never with real members.") var insecure = false

    func run() async throws {
        try await Failing.clearly {
            var options = ReceiveOptions(
                from: from, clientID: clientId, clientSecret: try ClientSecretFile.text(clientSecretFile), out: out)
            options.redirectURI = redirectUri
            options.scope = scope
            options.parallelRequests = max(1, min(16, parallel))
            options.pageSize = max(1, min(1000, pageSize))
            options.allowInsecureHTTP = insecure
            let printer = ProgressPrinter.standardError()
            let receipt = try await Receive(options) { event in
                // The summary is the command's result and goes to standard output.
                if case .finished = event { return }
                printer.show(event)
            }.run()
            Console.say(receipt.summary)
            if !receipt.isComplete { throw ExitCode(3) }
        }
    }
}
