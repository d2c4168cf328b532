import Exchange
import FHIR
import Foundation
import Storage
package import Synthetic

/// Two plans with a few made-up members.
package enum MadePlans {
    package static let demo = SyntheticPlan(name: "Demo Health Plan")
    package static let other = SyntheticPlan(name: "Other Health Plan")
    /// Members of the demo plan, by their index: one with almost nothing, and one more.
    package static let tiny = 2
    package static let second = 6
    static let members = [tiny, second]

    /// Puts both into an empty store.
    static func fill(_ store: Store) async throws {
        try await fill("demo", "Demo Health Plan", demo, members, store)
        try await fill("other", "Other Health Plan", other, [tiny], store)
    }

    private static func fill(_ id: String, _ name: String, _ plan: SyntheticPlan, _ members: [Int], _ store: Store) async throws {
        let key = try await store.enrol(planID: id, name: name)
        let pipeline = ImportPipeline(store: store, plan: key, world: .real)
        plan.sharedResources { _, bytes in bytes.withUnsafeBytes { pipeline.add($0, place: "shared") } }
        for index in members {
            plan.resources(of: index) { _, bytes in bytes.withUnsafeBytes { pipeline.add($0, place: "member \(index)") } }
        }
        let report = try pipeline.finish()
        if let problem = report.problems.first { throw NotMade(what: "\(problem.place): \(problem.reason)") }
        let roster = members.map { index in
            let member = plan.member(at: index)
            return RosterEntry(
                memberID: member.memberID, firstName: member.firstName, lastName: member.lastName, birthDate: member.birthDate,
                postalCode: member.postalCode, email: member.email, coverageStart: member.coverageStart, coverageEnd: member.coverageEnd,
                patientID: member.patientID)
        }
        _ = try await store.enrol(roster, plan: key)
    }

    struct NotMade: Error { let what: String }

    /// What the generator makes of a member that this exchange shares: bytes by `Type/id`.
    package static func shared(of index: Int, in plan: SyntheticPlan = demo) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        let parser = JSONParser()
        plan.resources(of: index) { type, bytes in
            guard let type = ResourceType("\(type)"), ReleasedTypes.isClinical(type) else { return }
            let id = bytes.withUnsafeBytes { try? parser.parse($0)["id"]?.string }
            if let id { found["\(type.name)/\(id)"] = copy bytes }
        }
        return found
    }
}
