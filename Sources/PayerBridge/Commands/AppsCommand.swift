import ArgumentParser
import Exchange
import Storage
import Trust

struct AppsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apps", abstract: "The payers' apps that may ask this plan's members.", subcommands: [Add.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Register an app and show its client id and secret, once.")

        @OptionGroup var store: StoreOptions
        @Option(help: "The name members will read.") var name: String
        @Option(help: "The payer behind it.") var organization: String?
        @Option(help: "Redirect URIs, separated by commas.") var redirectUris: String
        @Option(help: "The most it may be granted, as SMART scopes.") var scope: String?
        @Flag(name: .customLong("public"), help: "An app without a secret; it must use PKCE.") var isPublic = false

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                let list = RedirectURI.list(redirectUris, for: plan.policy.environment)
                var uris: [RedirectURI] = []
                for (text, result) in list {
                    switch result {
                    case .success(let uri): uris.append(uri)
                    case .failure(let problem): throw ConfigurationProblem("\(text): \(problem.explanation)")
                    }
                }
                guard !uris.isEmpty else { throw ConfigurationProblem("There is no redirect URI.") }
                let granted: ScopeSet
                do { granted = try ScopeSet.grant(requested: scope.map { try ScopeSet(parsing: $0) }, allowed: .clinicalRead) } catch let
                    error as OAuthError
                {
                    throw ConfigurationProblem("--scope: \(error.description)")
                }
                let secret = isPublic ? nil : Secret.make(.clientSecret)
                let clientID = "app-" + Secret.make(.registrationToken).text.suffix(20).lowercased().filter { $0 != "-" && $0 != "_" }
                let app = try await composition.store.register(
                    AppRegistration(
                        name: name, organization: organization, kind: isPublic ? .public : .confidential, redirectURIs: uris,
                        scope: granted,
                        clientID: clientID, secretHash: secret?.hash), plans: [plan.key], at: World.real.now())
                Console.say("client_id      \(app.clientID)")
                if let secret { Console.say("client_secret  \(secret.text)   (shown once; only its hash is kept)") }
                Console.say("synced to      \(plan.name)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the apps synced to a plan.")

        @OptionGroup var store: StoreOptions

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                var table = TextTable(["CLIENT ID", "NAME", "KIND", "REDIRECT URIS"])
                for app in try composition.store.apps(plan: plan.key) {
                    table.add([app.clientID, app.name, app.kind.rawValue, app.redirectURIs.joined(separator: ", ")])
                }
                Console.say(table.text(indent: ""))
            }
        }
    }
}
