import Exchange
import FHIR
import Testing
import Trust

@testable import Records

/// A plan with several members in memory, each resource filed where the import files it.
final class MemoryPlan: ClinicalStore, Sendable {
    private let members: [String]
    /// By Patient id; "" is the plan's own.
    private let records: [String: MemoryRecord]

    /// Every resource is JSON with its type and id.
    init(_ resources: [String]) throws {
        var filed: [String: [MemoryRecord.Item]] = [:]
        var owners: [Reference: String] = [:]
        let parser = JSONParser()
        for text in resources {
            let (type, id, owner) = try Array(text.utf8).withUnsafeBytes {
                let resource = try IncomingResource(try parser.parse($0))
                return (resource.type, resource.id, resource.owner)
            }
            let member: String
            switch owner {
            case .member(let patient): member = patient.text
            case .plan: member = ""
            case .ownerOf(let targets): member = targets.lazy.compactMap { owners[$0] }.first ?? ""
            }
            owners[Reference(type, id)] = member
            filed[member, default: []].append(.init(type: type, id: id.text, body: text))
        }
        members = filed.keys.sorted()
        records = filed.mapValues { MemoryRecord($0) }
    }

    func compartment(of patient: String) -> Compartment {
        Compartment(plan: MemoryRecord.plan.key, member: Key(Int64(members.firstIndex(of: patient) ?? 99)), patientID: patient)
    }

    func reader(
        _ patient: String, scope: String = "patient/*.rs", policy: ReleasePolicy = .standard, cache: ShelfCache = ShelfCache()
    ) throws -> RecordReader {
        let access = RecordAccess(
            plan: MemoryRecord.plan, compartment: compartment(of: patient), policy: policy, scope: try ScopeSet(parsing: scope), now: today)
        return try RecordReader(access: access, store: self, cache: cache)
    }

    // MARK: The store's promises

    private func record(_ type: ResourceType, _ compartment: Compartment) -> MemoryRecord {
        let number = Int(compartment.member.number)
        let owner = ReleasedTypes.isShared(type) ? "" : members.indices.contains(number) ? members[number] : "nobody"
        return records[owner] ?? MemoryRecord([MemoryRecord.Item]())
    }

    let waits = false
    func knownChangeMark() -> Int64? { try? changeMark() }
    func changeMark() throws(Refusal) -> Int64 { 1 }

    func read<T>(_ type: ResourceType, id: String, in compartment: Compartment, _ body: (StoredResource) throws -> T) throws -> T? {
        try record(type, compartment).read(type, id: id, in: compartment, body)
    }

    func load(
        _ type: ResourceType, in compartment: Compartment, opening: (ShelfState) throws -> Void, each: (StoredResource) throws -> Void
    ) throws {
        try record(type, compartment).load(type, in: compartment, opening: opening, each: each)
    }

    func state(of type: ResourceType, in compartment: Compartment) throws(Refusal) -> ShelfState {
        try record(type, compartment).state(of: type, in: compartment)
    }

    func counts(in compartment: Compartment) throws(Refusal) -> [ResourceType: Int] {
        try records[members[Int(compartment.member.number)]]?.counts(in: compartment) ?? [:]
    }
}

extension RecordReader {
    /// What a search brings: `Type/id`, the matches first.
    func found(_ type: ResourceType, _ parameters: [(name: String, value: String)] = []) throws -> [String] {
        let query = try SearchQuery(type: type, parameters: parameters, context: access.context)
        guard let outcome = try search(query) else { throw Closed() }
        return outcome.keys
    }

    func everything(_ parameters: [(name: String, value: String)] = []) throws -> [String] {
        let query = try EverythingQuery(parameters: parameters, context: access.context, isStrict: true)
        guard let outcome = try everything(query) else { throw Closed() }
        return outcome.keys
    }
}

extension SearchOutcome {
    var keys: [String] {
        matches.flatMap { run in run.rows.map { "\(run.shelf.type.name)/\(run.shelf.id($0))" } }
            + included.map { "\($0.type.name)/\($0.shelf.id($0.row))" }
    }
}

extension [String] {
    /// Without the Provenances that the plan makes itself.
    var stored: [String] { filter { !$0.hasPrefix("Provenance/transmission-") } }
}
