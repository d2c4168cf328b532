import ArgumentParser

/// Which store a command works on: a configuration's, or the sandbox's.
struct StoreOptions: ParsableArguments {
    @Option(help: "The configuration file of the plan's server; without it, the sandbox.") var config: String?
    @Option(help: "The sandbox's data directory.") var data = "var/sandbox"
    @Option(help: "The plan's id.") var plan = "demo"

    func open() async throws -> Composition {
        let configuration =
            try config.map { try ConfigurationFile.read($0) }
            ?? SandboxConfiguration.make(data: data, port: 8080, database: SandboxDatabase.noted(in: data))
        return try await Composition(configuration, isSandbox: config == nil, mayUpgrade: false)
    }
}
