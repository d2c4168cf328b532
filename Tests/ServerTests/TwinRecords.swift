import Exchange
import FHIR
import Storage
import Synthetic
import TestSupport

/// What two stores hold that differ only in what two tokens may not read.
///
/// One token reads all that is shared of one member, the other a little of another member. Both meet references to what they may not read,
/// and are referred to from there.
struct TwinRecords: Sendable {
    static let host = "payer.test"
    static let base = "http://\(host)/demo/r4"
    static let narrowScope =
        "launch/patient patient/Patient.rs patient/Encounter.rs patient/Observation.rs?category=vital-signs patient/Provenance.rs "
        + "patient/Practitioner.rs"
    static let policy = ReleasePolicy(serviceYears: 10)

    /// The member who shares all, and the one who shares a little.
    static let wide = MadePlans.demo.member(at: MadePlans.second).patientID
    static let narrow = MadePlans.demo.member(at: MadePlans.tiny).patientID
    private static let neighbour = "neighbour"

    let now: Timestamp
    /// The same in both stores, in two parts of different age.
    let open: [String]
    /// Everything a request may ask for, open or not.
    let known: [ReferenceSearch.Resource]
    /// What each token may read of that.
    let wideOpen: [ReferenceSearch.Resource]
    let narrowOpen: [ReferenceSearch.Resource]
    private let openIDs: [ResourceType: [String]]

    /// `hiddenSeed` is that of one of the stores, so that requests ask for what is really hidden there.
    init(seed: UInt64, hiddenSeed: UInt64, now: Timestamp) {
        self.now = now
        // Ids depend on the seed alone; what the resources refer to is not known yet.
        let example = Self.hidden(seed: hiddenSeed, others: [:], now: now)
        let hiddenIDs = Dictionary(grouping: example, by: \.type).mapValues { $0.map(\.id) }
        var recipe = Self.recipe(Self.wide, "p", now)
        recipe.types = ReleasedTypes.clinical.filter { $0 != .patient }
        recipe.others = hiddenIDs
        recipe.touch = { Self.file($0, &$1, under: Self.wide) }
        let wide = MadeRecord(recipe, seed: seed)
        recipe = Self.recipe(Self.narrow, "q", now)
        recipe.types = [.encounter, .observation, .provenance]
        recipe.others = hiddenIDs.merging(wide.ids) { $0 + $1 }
        recipe.touch = { type, body in
            Self.file(type, &body, under: Self.narrow)
            if type == .observation { body["category"] = Self.category("vital-signs") }
        }
        let narrow = MadeRecord(recipe, seed: seed &+ 1)
        open = wide.texts + narrow.texts
        openIDs = wide.ids.merging(narrow.ids) { $0 + $1 }
        known = wide.resources + narrow.resources + Self.hidden(seed: hiddenSeed, others: openIDs, now: now)
        (wideOpen, narrowOpen) = (wide.resources, narrow.resources)
    }

    /// A Provenance names its member, so that it is filed there whatever else it names.
    private static func file(_ type: ResourceType, _ body: inout Plain, under patient: String) {
        guard type == .provenance, let targets = body["target"]?.elements else { return }
        body["target"] = .list([.object(["reference": .text("Patient/\(patient)")])] + targets)
    }

    private static func category(_ code: String) -> Plain { .object(["coding": .list([.object(["code": .text(code)])])]) }

    private static func recipe(_ patient: String, _ prefix: String, _ now: Timestamp) -> MadeRecord.Recipe {
        var recipe = MadeRecord.Recipe(patient: patient, base: base, now: now)
        recipe.prefix = prefix
        recipe.labels = .none
        return recipe
    }

    // MARK: What may differ

    /// A store's hidden resources; another seed makes others of the same ids, leaves some out and adds some.
    func hidden(seed: UInt64) -> [String] {
        var dice = Dice(seed: seed)
        return Self.hidden(seed: seed, others: openIDs, now: now).filter { _ in dice.chance(70) }.map { $0.body.json(&dice) }
    }

    private static func hidden(seed: UInt64, others: [ResourceType: [String]], now: Timestamp) -> [ReferenceSearch.Resource] {
        var found: [ReferenceSearch.Resource] = []
        func add(_ patient: String, _ prefix: String, _ change: (inout MadeRecord.Recipe) -> Void) {
            var recipe = recipe(patient, prefix, now)
            recipe.types = ReleasedTypes.clinical.filter { $0 != .patient }
            recipe.others = others
            recipe.touch = { file($0, &$1, under: patient) }
            change(&recipe)
            found += MadeRecord(recipe, seed: seed &+ UInt64(prefix.utf8.first ?? 0)).resources
        }
        // Labelled, also of the plan's own.
        add(wide, "r") { $0.labels = .restricted }
        add(narrow, "s") { $0.labels = .restricted }
        // Served before the shared years.
        add(wide, "y") {
            $0.types = [.observation, .encounter, .procedure]
            $0.touch = { makeOld($0, &$1) }
        }
        // Outside the narrow scope.
        add(narrow, "t") {
            $0.types = ReleasedTypes.clinical.filter { !ReleasedTypes.isShared($0) && ![.patient, .encounter, .provenance].contains($0) }
            $0.touch = { if $0 == .observation { $1["category"] = category("laboratory") } }
        }
        // Another member's.
        add(neighbour, "n") { $0.types = ReleasedTypes.clinical.filter { !ReleasedTypes.isShared($0) } }
        // Never shared, and of no type of this exchange.
        for patient in [wide, narrow, neighbour] {
            for type in ReleasedTypes.neverShared + [.list, .composition, .consent] {
                for number in 0..<3 {
                    let id = "\(patient.prefix(8))-\(number)"
                    let owner = Plain.object(["reference": .text("Patient/\(patient)")])
                    let body = Plain.object([
                        "resourceType": .text(type.name), "id": .text(id), "patient": owner, "status": .text("s\(seed % 97)"),
                        "focus": .object(["reference": .text("Observation/\(others[.observation]?.first ?? "x")")]),
                    ])
                    found.append(.init(type: type, id: id, body: body, updated: now.milliseconds))
                }
            }
        }
        return found
    }

    private static func makeOld(_ type: ResourceType, _ body: inout Plain) {
        let period = Plain.object(["start": .text("1999-01-05"), "end": .text("1999-02-01")])
        for name in ["effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming", "issued", "performedDateTime"] {
            body[name] = nil
        }
        switch type {
        case .encounter: body["period"] = period
        case .observation: body["effectivePeriod"] = period
        default: body["performedPeriod"] = period
        }
    }

    // MARK: Filling a store

    struct NotTaken: Error { let what: String }

    /// The open resources, and the hidden ones of this seed.
    func fill(_ store: Store, seed: UInt64) async throws {
        let plan = try await store.enrol(planID: "demo", name: "Demo Health Plan")
        let other = try await store.enrol(planID: "other", name: "Other Health Plan")
        let half = open.count / 2
        try Self.take(Array(open[..<half]), into: store, plan, at: now.adding(seconds: -100 * 86_400))
        try Self.take(Array(open[half...]), into: store, plan, at: now.adding(seconds: -10 * 86_400))
        try Self.take(hidden(seed: seed), into: store, plan, at: now.adding(seconds: -Int(seed % 9 + 20) * 86_400))
        // The other plan has members of the same ids.
        try Self.take(open.filter { _ in seed % 2 == 0 } + hidden(seed: seed), into: store, other, at: now)
    }

    static func take(_ resources: [String], into store: Store, _ plan: Key<Plan>, at moment: Timestamp) throws {
        let pipeline = ImportPipeline(store: store, plan: plan, world: World { moment })
        for resource in resources {
            Array(resource.utf8).withUnsafeBytes { pipeline.add($0, place: ImportPlace(String(resource.prefix(200)))) }
        }
        if let problem = try pipeline.finish().problems.first { throw NotTaken(what: "\(problem.place): \(problem.reason)") }
    }
}
