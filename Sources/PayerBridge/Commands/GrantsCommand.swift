import ArgumentParser
import Exchange
import FHIR
import Storage
import Trust

struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "What members have allowed, and how to end it when one of them calls.",
        subcommands: [List.self, Issue.self, Revoke.self])

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

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give one of the plan's own apps a token for one member's record, for a purpose and a short time.",
            discussion: """
                For the plan's own systems, which act for the plan and not for the member. The reason stands with the grant and in the audit log;
                the token is shown once and cannot be renewed.
                """)

        @OptionGroup var store: StoreOptions
        @Argument(help: "The member ID.") var memberID: String
        @Option(help: "The client id of the app.") var clientID: String
        @Option(help: "Who does it, and why; at most 200 characters.") var reason: String
        @Option(help: "Minutes the token lives, at most 60.") var minutes = 60
        @Option(help: "SMART scopes.") var scope = "patient/*.read"

        func validate() throws {
            guard (1...60).contains(minutes) else { throw ValidationError("--minutes takes 1 to 60.") }
            guard (1...200).contains(reason.utf8.count) else { throw ValidationError("--reason takes 1 to 200 characters.") }
        }

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                guard let member = try composition.store.members(memberID: memberID, plan: plan.key).first else {
                    throw ConfigurationProblem("\(plan.name) has no member \(memberID).")
                }
                guard let patient = member.patientID else { throw ConfigurationProblem("There is no record of \(memberID) yet.") }
                guard let app = try composition.store.app(clientID: clientID, plan: plan.key) else {
                    throw ConfigurationProblem("No app \(clientID) is registered for \(plan.name). See: payerbridge apps list")
                }
                let granted: ScopeSet
                do { granted = try ScopeSet.grant(requested: ScopeSet(parsing: scope), allowed: .clinicalRead) } catch let error
                    as OAuthError
                {
                    throw ConfigurationProblem("--scope: \(error.description)")
                }
                let token = Secret.make(.accessToken)
                let now = World.real.now()
                let grant = try await composition.store.issue(
                    OperatorGrant(
                        app: app.key, compartment: Compartment(plan: plan.key, member: member.key, patientID: patient), scope: granted,
                        reason: reason, access: token.hash, expiresAt: now.adding(seconds: minutes * 60)),
                    audit: AuditEntry(.system("command line"), "grant.issue", "member \(member.key.number)", detail: reason), at: now)
                Console.say("grant    \(grant.number), for \(minutes) minutes")
                Console.say("scope    \(granted.text)")
                Console.say("patient  \(patient)")
                Console.say("token    \(token.text)")
                Console.say("It is shown this once: curl -H 'Authorization: Bearer TOKEN' \(plan.addresses.fhir)/Patient/\(patient)")
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
