import ArgumentParser
import Exchange
import FHIR
import Storage

struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "What members have allowed, and how to end it when one of them calls.",
        subcommands: [List.self, Revoke.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a member's permissions.")

        @OptionGroup var store: StoreOptions
        @Argument(help: "The member ID.") var memberID: String

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                guard let member = try composition.store.members(memberID: memberID, plan: plan.key).first else {
                    throw ConfigurationProblem("\(plan.name) has no member \(memberID).")
                }
                var table = TextTable(["GRANT", "APP", "DECIDED BY", "SINCE", "UNTIL", "STATE"])
                let now = World.real.now()
                for grant in try composition.store.grants(of: member.key, plan: plan.key) {
                    let state = grant.revokedAt.map { "ended \($0.date)" } ?? (now < grant.expiresAt ? "live" : "run out")
                    table.add([
                        String(grant.key.number), grant.appName, Self.words(grant.decider), grant.createdAt.date, grant.expiresAt.date,
                        state,
                    ])
                }
                Console.say(table.text(indent: ""))
            }
        }

        private static func words(_ decider: Grant.Decider) -> String {
            switch decider {
            case .member: "the member"
            case .representative(let name, let relationship): "\(name) (\(relationship.rawValue))"
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a permission at once; its tokens stop working.", discussion: "The number is the one that `grants list` shows.")

        @OptionGroup var store: StoreOptions
        @Argument(help: "The grant's number.") var grant: Int64

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                guard try await composition.store.revoke(grant: Key(grant), plan: plan.key, at: World.real.now()) else {
                    throw ConfigurationProblem("\(plan.name) has no live grant \(grant).")
                }
                Console.say("Grant \(grant) has ended.")
            }
        }
    }
}
