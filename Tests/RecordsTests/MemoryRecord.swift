import Exchange
import FHIR
import NIOCore
import Synchronization
import Trust

@testable import Records

/// 2026-11-24T00:00:00Z, a Tuesday.
let today = Timestamp(milliseconds: 1_795_478_400_000)

/// What a search of a type that the scope closes comes to.
struct Closed: Error {}

/// One member's resources, and the plan's shared ones, in memory: a store without a disk.
final class MemoryRecord: ClinicalStore, Sendable {
    struct Item: Sendable {
        let type: ResourceType
        let id: String
        let body: String
        var version = 1
        var updated = today
    }

    static let plan = Plan(
        key: Key(1), id: "demo", name: "Demo Health Plan",
        addresses: PlanAddresses(authorization: "http://localhost/demo/oauth2", fhir: "http://localhost/demo/r4"),
        policy: PlanPolicy(environment: .sandbox, codeAddress: .typed))
    static let compartment = Compartment(plan: plan.key, member: Key(1), patientID: "p1")

    private let items: [ResourceType: [Item]]
    /// What the store says it has of a type, where that is more than it is given.
    private let claimed: [ResourceType: Int]
    let cache = ShelfCache()
    let waits: Bool
    /// How often a resource was read by itself.
    let singleReads = Atomic(0)

    init(_ items: [Item], claimed: [ResourceType: Int] = [:], waits: Bool = false) {
        self.claimed = claimed
        self.waits = waits
        self.items = Dictionary(grouping: items, by: \.type).mapValues { $0.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) } }
    }

    convenience init(_ items: [(type: ResourceType, id: String, body: String)]) {
        self.init(items.map { Item(type: $0.type, id: $0.id, body: $0.body) })
    }

    // MARK: The store's promises

    func knownChangeMark() -> Int64? { try? changeMark() }
    func changeMark() throws(Refusal) -> Int64 { 1 }

    func read<T>(_ type: ResourceType, id: String, in compartment: Compartment, _ body: (StoredResource) throws -> T) throws -> T? {
        singleReads.wrappingAdd(1, ordering: .relaxed)
        guard let item = items[type]?.first(where: { $0.id.utf8.elementsEqual(id.utf8) }) else { return nil }
        return try lend(item, body)
    }

    func load(
        _ type: ResourceType, in compartment: Compartment, opening: (ShelfState) throws -> Void, each: (StoredResource) throws -> Void
    ) throws {
        try opening(try state(of: type, in: compartment))
        for item in items[type] ?? [] { try lend(item, each) }
    }

    func state(of type: ResourceType, in compartment: Compartment) throws(Refusal) -> ShelfState {
        ShelfState(version: 1, count: claimed[type] ?? items[type]?.count ?? 0)
    }

    func counts(in compartment: Compartment) throws(Refusal) -> [ResourceType: Int] { items.mapValues(\.count) }

    private func lend<T>(_ item: Item, _ body: (StoredResource) throws -> T) rethrows -> T {
        try Array(item.id.utf8).withUnsafeBytes { id in
            try Array(item.body.utf8).withUnsafeBytes { bytes in
                try body(StoredResource(id: id, version: item.version, lastUpdated: item.updated, body: bytes))
            }
        }
    }

    // MARK: Asking it

    func reader(scope: String = "patient/*.rs", policy: ReleasePolicy = .standard, now: Timestamp = today) throws -> RecordReader {
        let access = RecordAccess(
            plan: Self.plan, compartment: Self.compartment, policy: policy, scope: try ScopeSet(parsing: scope), now: now)
        return try RecordReader(access: access, store: self, cache: cache)
    }

    struct Result {
        let ids: [String]
        let included: [String]
        let total: Int
        let next: String?
        let ignored: [String]
    }

    func search(
        _ type: ResourceType, _ parameters: [(name: String, value: String)], scope: String = "patient/*.rs",
        policy: ReleasePolicy = .standard,
        after: String? = nil
    ) throws -> Result {
        let reader = try reader(scope: scope, policy: policy)
        let context = SearchContext(now: today, base: Self.plan.addresses.fhir)
        let query = try SearchQuery(type: type, parameters: parameters, context: context)
        guard let found = try reader.search(query, after: after) else { throw Closed() }
        return Result(
            ids: found.matches.flatMap { run in run.rows.map { run.shelf.id($0) } },
            included: found.included.map { "\($0.type.name)/\($0.shelf.id($0.row))" }, total: found.total, next: found.next,
            ignored: query.ignored)
    }
}
