import Exchange
import FHIR
import Foundation
import TestSupport
import Testing
import Trust

@testable import Records

/// The search and the reference search, asked the same.
///
/// `PAYERBRIDGE_SEED` and `PAYERBRIDGE_QUERIES` ask others, or more.
@Suite("The search agrees with one that is slow and obvious")
struct AgreementTests {
    static let seed = ProcessInfo.processInfo.environment["PAYERBRIDGE_SEED"].flatMap { UInt64($0) } ?? 20_261_124
    static let queries = ProcessInfo.processInfo.environment["PAYERBRIDGE_QUERIES"].flatMap { Int($0) } ?? 20_000
    static let records = 20

    /// All that is shared; some types; some rows of a type, by conditions that must hold together or instead of each other.
    static let scopes = [
        "patient/*.rs", "patient/*.rs", "patient/Patient.rs patient/Observation.rs patient/Practitioner.rs patient/Provenance.rs",
        "patient/Observation.rs?category=vital-signs,laboratory patient/Observation.rs?status=final&code=8480-6 patient/Encounter.rs "
            + "patient/Patient.rs patient/Condition.rs?category=http://loinc.org| patient/Organization.rs patient/Procedure.rs",
    ]

    @Test("Every query finds the same, in the same order, with the same total and the same inclusions", arguments: 0..<records)
    func agreement(_ number: Int) throws {
        let seed = Self.seed &+ UInt64(number)
        let made = MadeRecord(
            .init(patient: "p1", base: MemoryRecord.plan.addresses.fhir, now: today),
            seed: seed)
        let record = MemoryRecord(
            zip(made.resources, made.texts).map { resource, text in
                .init(type: resource.type, id: resource.id, body: text, updated: Timestamp(milliseconds: resource.updated))
            })
        var dice = Dice(seed: seed ^ 0xABCD)
        var wrong = 0
        var refused = 0
        var isFound = 0
        let asked = max(1, Self.queries / Self.records)
        for scope in Self.scopes {
            let reference = try ReferenceSearch.open(made, record, scope)
            for _ in 0..<(asked + Self.scopes.count - 1) / Self.scopes.count {
                let query = MadeQuery(reference, &dice)
                switch try compare(query, reference, record, scope) {
                case .alike(let matches): if matches > 0 { isFound += 1 }
                case .refused: refused += 1
                case .different(let difference):
                    wrong += 1
                    Issue.record("seed \(seed), scope \(scope)\n\(query.text)\n\(difference)")
                }
                guard wrong < 5 else { return }
            }
        }
        // The generator is worth little when most of its queries find nothing or make no sense.
        #expect(isFound * 100 >= asked * 40, "seed \(seed): \(isFound) of \(asked) found something")
        #expect(refused * 100 <= asked * 5, "seed \(seed): \(refused) of \(asked) were refused")
    }

    enum Comparison {
        case alike(matches: Int)
        case refused
        case different(String)
    }

    private func compare(
        _ query: MadeQuery, _ reference: ReferenceSearch, _ record: MemoryRecord, _ scope: String
    ) throws -> Comparison {
        let isOpen = try record.reader(scope: scope).view(query.type, for: .search) != nil
        guard isOpen else {
            #expect(reference.byType[query.type] == nil)
            return .alike(matches: 0)
        }
        let expected = reference.matches(query.type, query.parameters)
        let count = query.parameters.first { $0.name == "_count" }.flatMap { Int($0.value) } ?? SearchQuery.defaultCount
        var rest = expected[...]
        var after: String?
        repeat {
            let page: MemoryRecord.Result
            do { page = try record.search(query.type, query.parameters, scope: scope, after: after) } catch is SearchProblem {
                return .refused
            }
            let wanted = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            let included = reference.included(query.type, query.parameters, with: wanted)
            if page.ids != wanted.map(\.id) { return .different("found \(page.ids)\nexpected \(wanted.map(\.id))") }
            if page.total != expected.count { return .different("total \(page.total), expected \(expected.count)") }
            let known = Set(page.included)
            guard known == included, known.count == page.included.count else {
                return .different(
                    "included and should not be: \(known.subtracting(included).sorted())\nmissing: \(included.subtracting(known).sorted())")
            }
            if (page.next == nil) != rest.isEmpty { return .different("next \(page.next ?? "none"), \(rest.count) to come") }
            after = page.next
        } while after != nil
        return .alike(matches: expected.count)
    }
}

extension ReferenceSearch {
    /// What of a record the policy and a scope leave open, with the Provenances that the plan makes of it.
    static func open(_ made: MadeRecord, _ record: MemoryRecord, _ scope: String) throws -> ReferenceSearch {
        let base = MemoryRecord.plan.addresses.fhir
        let whole = ReferenceSearch(made.released, base: base, now: today.milliseconds)
        let rules = scope.split(separator: " ").map { rule in
            let parts = rule.dropFirst("patient/".count).split(separator: "?", maxSplits: 1).map(String.init)
            let conditions = parts.count < 2 ? [] : parts[1].split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
            return (type: String(parts[0].prefix { $0 != "." }), conditions: conditions.map { (String($0[0]), String($0[1])) })
        }
        let open = whole.resources.filter { resource in
            rules.contains { rule in
                (rule.type == "*" || rule.type == resource.type.name) && rule.conditions.allSatisfy { whole.meets(resource, $0.0, $0.1) }
            }
        }
        let transmissions = try record.transmissions(scope: scope)
        return ReferenceSearch(open + transmissions, base: base, now: today.milliseconds)
    }
}

extension MemoryRecord {
    /// The Provenances that the plan makes itself, as they are sent.
    func transmissions(scope: String) throws -> [ReferenceSearch.Resource] {
        let query = try SearchQuery(
            type: .provenance, parameters: [("_count", "1000")], context: SearchContext(now: today, base: Self.plan.addresses.fhir))
        guard let found = try reader(scope: scope).search(query) else { return [] }
        var made: [ReferenceSearch.Resource] = []
        for run in found.matches {
            for row in run.rows where run.shelf.id(row).hasPrefix("transmission-") {
                let body = try run.shelf.withBody(row) { try JSONDecoder().decode(Plain.self, from: Data($0)) }
                made.append(
                    .init(type: .provenance, id: run.shelf.id(row), body: body, updated: run.shelf.rows[row].lastUpdated.milliseconds))
            }
        }
        return made
    }
}
