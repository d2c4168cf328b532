import ArgumentParser
import Exchange
import FHIR
import Storage

/// Says what of a member's record is shared, and why the rest is not.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what of a member's record is shared, and why the rest is not.",
        discussion: """
            The answer comes from the same rules that serve the record. With --resource it speaks of one resource:

              payerbridge explain --plan demo --member 01-testmemid --resource Observation/1234
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "The member ID.") var member: String
    @Option(help: "One resource, as Type/id.") var resource: String?
    @Option(help: "The channel: \(ReleaseChannel.allCases.map(\.rawValue).joined(separator: ", ")).") var channel = "memberAuthorized"

    func run() async throws {
        try await Failing.clearly {
            let composition = try await store.open()
            let plan = try composition.plan(store.plan)
            guard let channel = ReleaseChannel(rawValue: channel) else { throw ConfigurationProblem("There is no channel \(channel).") }
            guard let found = try composition.store.members(memberID: member, plan: plan.key).first, let patientID = found.patientID else {
                throw ConfigurationProblem("\(plan.name) has no member \(member) with a record.")
            }
            let compartment = Compartment(plan: plan.key, member: found.key, patientID: patientID)
            let policy = plan.policy.release(channel)
            if let resource {
                try Self.explain(resource, policy, compartment, composition.store)
            } else {
                try Self.explain(policy, compartment, composition.store, name: found.name)
            }
        }
    }

    private static func explain(
        _ name: String, _ policy: ReleasePolicy, _ compartment: Compartment, _ store: Store
    ) throws {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let type = ResourceType(parts[0]) else {
            throw ConfigurationProblem("--resource is written Type/id, such as Observation/1234.")
        }
        let parser = JSONParser()
        let verdict = try store.read(type, id: parts[1], in: compartment) { resource in
            policy.verdict(on: .init(try parser.parse(resource.body), type: type), at: World.real.now())
        }
        guard let verdict else { throw ConfigurationProblem("The record has no \(name).") }
        switch verdict {
        case .released: Console.say("\(name) is shared.")
        case .held(let reason): Console.say("\(name) is held back. \(reason.explanation)")
        }
    }

    private static func explain(
        _ policy: ReleasePolicy, _ compartment: Compartment, _ store: Store, name: String
    ) throws {
        Console.say("\(name), Patient/\(compartment.patientID)")
        Console.say(
            policy.start(at: World.real.now()).map { "Service since \($0.date) is shared." } ?? "Service of any date is shared.")
        let labels = policy.withheldLabels.map(\.text).joined(separator: ", ")
        Console.say(labels.isEmpty ? "No label holds anything back." : "Held back when labelled: \(labels).")
        var table = TextTable(["TYPE", "SHARED", "HELD BACK", "WHY"])
        for (type, count) in try store.counts(in: compartment).sorted(by: { $0.key.name < $1.key.name }) {
            var shared = 0
            var reasons: [String: Int] = [:]
            let parser = JSONParser()
            let now = World.real.now()
            if case .held(let reason) = policy.verdict(onType: type) {
                reasons[reason.explanation] = count
            } else {
                try store.load(type, in: compartment, opening: { _ in }) { resource in
                    switch policy.verdict(on: .init(try parser.parse(resource.body), type: type), at: now) {
                    case .released: shared += 1
                    case .held(let reason): reasons[reason.explanation, default: 0] += 1
                    }
                }
            }
            let why = reasons.sorted { $0.value > $1.value }.map { reasons.count == 1 ? $0.key : "\($0.value): \($0.key)" }
            table.add([type.name, String(shared), String(count - shared), why.joined(separator: " ")])
        }
        Console.say(table.text(indent: ""))
    }
}
