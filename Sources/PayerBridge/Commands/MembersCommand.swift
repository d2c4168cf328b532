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
        @Option(help: "Show at most this many problems.") var problems = 50
        @Argument(help: "The CSV file, also packed as .gz or .zst.") var file: String

        /// Lines that are read before they are kept.
        private static let linesAtOnce = 10_000

        func run() async throws {
            try await Failing.clearly {
                let composition = try await store.open()
                let plan = try composition.plan(store.plan)
                let roster = try RosterFile(path: file)
                try checkQuota(roster, plan, composition)
                let bar = ProgressBar("Reading the roster", unit: "lines")
                var tally = RosterTally()
                var trouble: (any Error)?
                do {
                    while case let lines = try roster.next(Self.linesAtOnce), !lines.isEmpty {
                        try await tally.keep(lines, in: composition.store, plan.key)
                        // A small one is there before anybody asks how far it is.
                        if tally.lines >= Self.linesAtOnce { bar.show(roster.fraction, count: tally.lines) }
                    }
                } catch { trouble = error }
                if trouble == nil, tally.lines >= Self.linesAtOnce { bar.finish(count: tally.lines) }
                for problem in tally.problems.prefix(problems) { Console.warn("refused \(problem.place): \(problem.reason)") }
                if tally.problems.total > problems { Console.warn(ImportCommand.more(tally.problems, shown: problems)) }
                let counts = [tally.added, tally.changed, tally.unchanged, tally.problems.total].map(ProgressBar.grouped)
                Console.say("\(counts[0]) new, \(counts[1]) changed, \(counts[2]) as before, \(counts[3]) refused.")
                if let trouble { throw trouble }
                if !tally.problems.isEmpty { throw ExitCode(3) }
            }
        }

        /// A roster that would bring the plan over its quota changes nothing.
        private func checkQuota(_ roster: RosterFile, _ plan: Plan, _ composition: Composition) throws {
            guard let quota = composition.configuration.plans.first(where: { $0.id == plan.id })?.quota, quota.members != nil else {
                return
            }
            guard roster.isLasting else {
                throw ConfigurationProblem(
                    "\(plan.name) has a quota of members, so its roster is read twice: give it as a file, not through a pipe.")
            }
            let store = composition.store
            let usage = try store.usage(of: plan.key, for: quota)
            func excess(_ members: Int) -> String? { quota.exceeded(by: usage, growing: PlanUsage(members: members)) }
            var lines = 0
            try forEachEntry { _ in lines += 1 }
            // If they all were new.
            guard excess(lines) != nil else { return }
            var new: Set<String> = []
            try forEachEntry { entry in
                if try store.members(memberID: entry.memberID, plan: plan.key).isEmpty { new.insert(entry.memberID) }
            }
            if let excess = excess(new.count) {
                throw ConfigurationProblem("The roster would bring \(plan.name) to \(excess). Nothing was changed.")
            }
        }

        private func forEachEntry(_ body: (RosterEntry) throws -> Void) throws {
            let roster = try RosterFile(path: file)
            while let line = try roster.next() {
                if case .entry(let entry, _) = line { try body(entry) }
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
