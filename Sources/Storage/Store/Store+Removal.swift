package import Exchange
package import FHIR

extension Store: RemovalStore {
    package func remove(
        _ resources: [(type: ResourceType, id: ResourceID)], in compartment: Compartment, at now: Timestamp,
        for lease: TransferLease?
    ) throws(Refusal) {
        guard !resources.isEmpty else { return }
        defer { clinicalMark.changed() }
        do { try engine.remove(resources, plan: compartment.plan, member: compartment.member, for: lease) } catch {
            throw Self.refusal(error)
        }
    }
}
