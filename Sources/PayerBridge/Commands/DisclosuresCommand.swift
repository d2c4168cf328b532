import ArgumentParser
import Exchange
import FHIR
import Storage

struct DisclosuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disclosures", abstract: "What was given to whom: the log of disclosures.", subcommands: [List.self, Verify.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what was disclosed of a member, newest first.")

        @OptionGroup var store: StoreOptions
        @Argument(help: "The member ID.") var memberID: String
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                guard let member = try composition.store.members(memberID: memberID, plan: plan.key).first else {
                    throw ConfigurationProblem("\(plan.name) has no member \(memberID).")
                }
                let apps = Dictionary(
                    try composition.store.apps(plan: plan.key).map { ($0.key, $0.name) }, uniquingKeysWith: { first, _ in first })
                var table = TextTable(["AT", "APP", "GRANT", "INTERACTION", "RESOURCES", "ASKED FOR"])
                for entry in try composition.store.disclosures(of: member.key, plan: plan.key, limit: limit) {
                    table.add([
                        entry.at.instant, apps[entry.app] ?? "app \(entry.app.number)", String(entry.grant.number), entry.interaction.name,
                        String(entry.resources), entry.target,
                    ])
                }
                Console.say(table.text(indent: ""))
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check that no entry of the log was changed or taken away.")

        @OptionGroup var store: StoreOptions

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let count = try composition.store.verify()
                Console.say("\(ProgressBar.grouped(count)) disclosures, each as it was written.")
            }
        }
    }
}
