import ArgumentParser
import Exchange
import Server
import Storage
import Trust

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Serve the Demo Health Plan, made up from end to end, on this machine.",
        discussion: """
            The first start makes the members and their records; later ones serve at once. Everything lies in one directory; delete it to begin
            anew. Nothing in it is a real person's.
            """)

    @Option(help: "The port on this machine.") var port = 8080
    @Option(help: "Where the sandbox keeps everything.") var data = "var/sandbox"
    @Option(help: "Made-up members besides the five test members.") var members = 200
    @Option(help: "Also deliver mails to this server, such as smtp://127.0.0.1:2525.") var smtp: String?
    @Option(help: "Keep the store on this PostgreSQL server instead, such as postgres://me@localhost/sandbox.") var database: String?
    @Option(help: "Also serve health, readiness and metrics at this port of 127.0.0.1.") var adminPort: Int?
    @Flag(help: "Log every request.") var verbose = false
    @Option(help: ArgumentHelp("What a password of the portal costs, as a power of two.", visibility: .hidden)) var passwordCost = 15

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port takes 1 to 65535.") }
        if let adminPort {
            guard (1...65_535).contains(adminPort), adminPort != port else {
                throw ValidationError("--admin-port takes another port, 1 to 65535.")
            }
        }
        guard (4...18).contains(passwordCost) else { throw ValidationError("--password-cost takes 4 to 18.") }
        guard database.map({ PostgresAddress($0) != nil }) ?? true else {
            throw ValidationError("--database takes a PostgreSQL address, \(PostgresAddress.hint).")
        }
        guard (0...1_000_000).contains(members) else { throw ValidationError("--members takes 0 to 1000000.") }
    }

    func run() async throws {
        try await Failing.clearly {
            var configuration = try SandboxConfiguration.make(
                data: data, port: port, smtp: smtp, database: try SandboxDatabase.chosen(database, data: data),
                passwordCost: PasswordCost(logarithm: passwordCost, parallelism: 1))
            try FreePort.check(host: configuration.host, port: configuration.port)
            configuration.admin = adminPort.map { .init(host: configuration.host, port: $0) }
            if let adminPort { try FreePort.check(host: configuration.host, port: adminPort) }
            // Before the store is opened, which may bring it to a schema that another server does not know.
            let lock = try ServerLock(directory: data)
            let composition = try await Composition(configuration, isSandbox: true)
            let demo = try DemoHealthPlan(composition, members: members)
            try await demo.make()
            try await NewHealthPlan(composition).make(password: demo.staffPassword)
            let site = try composition.site(sandbox: demo.sandbox)
            try demo.writeJSON()
            let words = demo.words
            try await composition.serve(site, logger: ProgramLog.logger(isVerbose: verbose)) { _ in Console.say(words) }
            _ = consume lock
        }
    }
}
