import ArgumentParser
import Exchange
import FHIR
import Storage
import Trust

struct ReviewerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviewer", abstract: "The people on the plan's side who decide about apps.",
        subcommands: [Add.self, List.self, ResetAuthenticator.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account and show the link with which its owner sets a password, once.")

        @OptionGroup var store: StoreOptions
        @Option(help: "The person's work address.") var email: String
        @Option(help: "The person's name.") var name: String
        @Flag(help: "Not a reviewer, but the operator of the plan named by --plan: its apps, and what it brings from other plans.")
        var `operator` = false
        @Flag(help: "Not a reviewer, but a care manager of the plan named by --plan: sees the records of its members.") var careManager =
            false

        func validate() throws {
            if `operator`, careManager { throw ValidationError("One account has one role: --operator or --care-manager.") }
        }

        func run() async throws {
            try await Failing.clearly {
                guard let address = EmailAddress(email) else { throw ConfigurationProblem("\(email) is not an e-mail address.") }
                let composition = try await store.open()
                let plan = `operator` || careManager ? try composition.plan(store.plan).key : nil
                let now = World.real.now()
                let role: Account.Role = careManager ? .careManager : `operator` ? .planOperator : .reviewer
                // Nobody knows this password; the link replaces it.
                let password = try PasswordHash.make(Secret.make(.session).text, cost: composition.configuration.passwordCost)
                let audit = AuditEntry(.system("command line"), "account.create", "account \(address.text)", detail: role.rawValue)
                let key = try await composition.store.add(
                    NewAccount(role: role, plan: plan, address: address, name: name, password: password), audit: audit, at: now)
                guard let key else { throw ConfigurationProblem("There is an account of \(address.text) on the plan's side already.") }
                let link = Secret.make(.emailLink)
                try await composition.store.keep(
                    passwordLink: link.hash, of: key, until: now.adding(seconds: 7 * 86_400), sending: nil, at: now)
                Console.say("account   \(address.text) (\(role.rawValue))")
                Console.say("link      \(composition.configuration.publicAddress)/review/password/\(link.text)")
                Console.say("Give the link to its owner by a way you trust; it works once, for 7 days, and sets the password.")
            }
        }
    }

    struct ResetAuthenticator: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-authenticator",
            abstract: "Take a lost authenticator away: its owner sets a new one up at the next sign-in, with the password they have.",
            discussion: "Make sure by a way you trust that it is they who ask. Every session of the account ends.")

        @OptionGroup var store: StoreOptions
        @Option(help: "The account's address.") var email: String
        @Flag(help: "Of a developer, not of someone on the plan's side.") var developer = false

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                guard let address = EmailAddress(email),
                    let account = try composition.store.account(address, realm: developer ? .portal : .review)
                else { throw ConfigurationProblem("There is no account of \(email).") }
                try await composition.store.resetSecondFactor(
                    of: account.key,
                    audit: AuditEntry(.system("command line"), "account.second-factor-reset", "account \(account.address)"),
                    at: World.real.now())
                Console.say("The authenticator and the recovery codes of \(account.address) open nothing any more.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts on the plan's side.")

        @OptionGroup var store: StoreOptions

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                var table = TextTable(["ADDRESS", "NAME", "ROLE", "SECOND FACTOR"])
                for account in try composition.store.accounts(realm: .review) {
                    table.add([account.address, account.name, account.role.rawValue, account.hasSecondFactor ? "yes" : "no"])
                }
                Console.say(table.text(indent: ""))
            }
        }
    }
}
