import ArgumentParser
import Exchange
import FHIR
import Storage

struct MembersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "The plan's roster: who may create an account.", subcommands: [Import.self, List.self, Show.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Load a roster from a CSV file.",
            discussion: """
                The first line names the columns: member_id, first_name, last_name, birth_date, postal_code, and, if you have them, email,
                coverage_start, coverage_end, patient_id (the FHIR id of the member's Patient). Dates as 2011-01-04 or 01/04/2011.
                """)

        @OptionGroup var store: StoreOptions
        @Argument(help: "The CSV file.") var file: String

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                let bytes: [UInt8]
                do { bytes = try readWhole(path: file, limit: 512 << 20) } catch { throw ConfigurationProblem("\(error)") }
                let roster = try RosterFile(bytes, name: file)
                try Self.check(roster, plan, composition)
                let changes = try await composition.store.enrol(roster.lines.map(\.entry), plan: plan.key)
                var problems = roster.problems
                var counts = (added: 0, changed: 0, unchanged: 0)
                for (change, line) in zip(changes, roster.lines) {
                    switch change {
                    case .added: counts.added += 1
                    case .changed: counts.changed += 1
                    case .unchanged: counts.unchanged += 1
                    case .refused(let reason): problems.append(.init(place: "\(file):\(line.number)", reason: reason))
                    }
                }
                for problem in problems { Console.warn("refused \(problem.place): \(problem.reason)") }
                Console.say("\(counts.added) new, \(counts.changed) changed, \(counts.unchanged) as before, \(problems.count) refused.")
                if !problems.isEmpty { throw ExitCode(3) }
            }
        }

        /// A roster that would bring the plan over its quota changes nothing.
        private static func check(_ roster: RosterFile, _ plan: Plan, _ composition: Composition) throws {
            guard let quota = composition.configuration.plans.first(where: { $0.id == plan.id })?.quota, quota.members != nil else {
                return
            }
            let store = composition.store
            var new: Set<String> = []
            for line in roster.lines where try store.members(memberID: line.entry.memberID, plan: plan.key).isEmpty {
                new.insert(line.entry.memberID)
            }
            let usage = try store.usage(of: plan.key, for: quota)
            if let excess = quota.exceeded(by: usage, growing: PlanUsage(members: new.count)) {
                throw ConfigurationProblem("The roster would bring \(plan.name) to \(excess). Nothing was changed.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List members.")

        @OptionGroup var store: StoreOptions
        @Option(help: "Only those with this in their name or member ID.") var search: String?
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                var table = TextTable(["MEMBER ID", "NAME", "BIRTHDATE", "POSTAL", "PATIENT"])
                for member in try composition.store.members(plan: plan.key, search: search, limit: limit, offset: 0) {
                    table.add([member.memberID, member.name, member.birthDate, member.postalCode, member.patientID ?? "(no record yet)"])
                }
                Console.say(table.text(indent: ""))
                Console.say("\(ProgressBar.grouped(try composition.store.memberCount(plan: plan.key))) in the roster of \(plan.name).")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one member and what the plan holds of their record.")

        @OptionGroup var store: StoreOptions
        @Argument(help: "The member ID.") var memberID: String

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                let found = try composition.store.members(memberID: memberID, plan: plan.key)
                guard let member = found.first else { throw ConfigurationProblem("\(plan.name) has no member \(memberID).") }
                Console.say("\(member.name), born \(member.birthDate), postal code \(member.postalCode)")
                Console.say("member ID \(member.memberID), coverage \(member.coverageStart ?? "?") to \(member.coverageEnd ?? "today")")
                guard let patientID = member.patientID else { return Console.say("No record has been imported yet.") }
                Console.say("Patient/\(patientID)")
                let counts = try composition.store.counts(in: Compartment(plan: plan.key, member: member.key, patientID: patientID))
                let policy = plan.policy.release(.memberAuthorized)
                var table = TextTable(["TYPE", "COUNT", "SHARED"])
                for (type, count) in counts.sorted(by: { $0.key.name < $1.key.name }) {
                    table.add([
                        type.name, String(count),
                        ReleasedTypes.isNeverShared(type) ? "never" : policy.verdict(onType: type) == .released ? "yes" : "no",
                    ])
                }
                Console.say(table.text(indent: ""))
            }
        }
    }
}
