import ArgumentParser
import Exchange
import Logging
import Storage

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

            It listens on 127.0.0.1:8080 unless `listen` says otherwise. TLS ends in front of it, or in it with `tls`; then SIGHUP reads the
            certificate again. SIGTERM and SIGINT end it once the requests in hand are answered. `admin` opens a port of its own with health,
            readiness and metrics.
            """)

    @Option(help: "The configuration file.") var config: String
    @Flag(help: "Log every request: route, status, time; never an address with its query.") var verbose = false

    func run() async throws {
        try await Failing.clearly {
            let configuration = try ConfigurationFile.read(config)
            try FreePort.check(host: configuration.host, port: configuration.port)
            if let admin = configuration.admin { try FreePort.check(host: admin.host, port: admin.port) }
            // Before the store is opened, which may bring it to a schema that another server does not know.
            let lock = try ServerLock(directory: configuration.dataDirectory)
            let composition = try await Composition(configuration)
            let logger = ProgramLog.logger(isVerbose: verbose)
            if configuration.mail == nil { Console.warn("\(config) has no mail: codes will wait in the outbox until it has.") }
            for warning in try composition.store.warnings(in: .real) { Console.warn(warning) }
            if let folder = try composition.forgottenEvidence() {
                Console.warn(
                    "Developers have uploaded files to \(folder), and the database does not have them. Name the folder in \(config): evidenceDirectory: \(folder)"
                )
            }
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
