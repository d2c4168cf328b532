import ArgumentParser
import Exchange
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a plan as its configuration file says.",
        discussion: """
            The file is YAML. The smallest one:

              publicAddress: https://p2p.example.com
              dataDirectory: /var/lib/payerbridge
              mail:
                host: mail.example.com
                from: no-reply@example.com
              plans:
                - id: example
                  name: Example Health Plan

            TLS ends in front of it; it listens on 127.0.0.1:8080 unless `listen` says otherwise.
            """)

    @Option(help: "The configuration file.") var config: String
    @Flag(help: "Log every request: route, status, time; never an address with its query.") var verbose = false

    func run() async throws {
        try await Failing.clearly {
            let configuration = try ConfigurationFile.read(config)
            try FreePort.check(host: configuration.host, port: configuration.port)
            let composition = try await Composition(configuration)
            let lock = try ServerLock(directory: configuration.dataDirectory)
            let logger = ProgramLog.logger(isVerbose: verbose)
            if configuration.mail == nil { Console.warn("\(config) has no mail: codes will wait in the outbox until it has.") }
            try await composition.serve(try composition.site(sandbox: nil), logger: logger) { port in
                Console.say(
                    "payerbridge serves \(configuration.plans.map(\.name).joined(separator: ", ")) on \(configuration.host):\(port)")
                for plan in composition.plans {
                    Console.say("  \(plan.id)  authorize \(plan.addresses.authorize)\n  \(plan.id)  FHIR      \(plan.addresses.fhir)")
                }
            }
            _ = consume lock
        }
    }
}
