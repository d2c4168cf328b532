package import FHIR

/// One resource as a sending payer sent it, the newest kept version.
package struct KeptResource: Sendable {
    package let payer: Key<SendingPayer>
    package let type: ResourceType
    package let sourceID: String
    package let localID: ResourceID
    /// The transfer that brought this version.
    package let transfer: Key<Transfer>
    package let receivedAt: Timestamp
    /// The bytes as they came.
    package let body: [UInt8]

    package init(
        payer: Key<SendingPayer>, type: ResourceType, sourceID: String, localID: ResourceID, transfer: Key<Transfer>, receivedAt: Timestamp,
        body: [UInt8]
    ) {
        (self.payer, self.type, self.sourceID, self.localID) = (payer, type, sourceID, localID)
        (self.transfer, self.receivedAt, self.body) = (transfer, receivedAt, body)
    }
}

/// Where a resource of the record came from.
package struct Origin: Sendable {
    package let payer: Key<SendingPayer>
    package let sourceID: String
    package let receivedAt: Timestamp
    /// Not among what the payer sent last.
    package let hasDisappeared: Bool

    package init(payer: Key<SendingPayer>, sourceID: String, receivedAt: Timestamp, hasDisappeared: Bool) {
        (self.payer, self.sourceID, self.receivedAt, self.hasDisappeared) = (payer, sourceID, receivedAt, hasDisappeared)
    }
}

/// Received originals of members, kept under (plan, member, payer, type, source id). What is served of them is made from these.
package protocol KeptRecordStore: Sendable {
    /// Makes the staged resources of this transfer the newest versions, in one step; the same again changes nothing.
    /// `isWhole`: what an earlier transfer brought and this one did not has disappeared at the payer.
    func keepVersions(_ job: TransferJob, isWhole: Bool, localIDs: LocalIDs, at now: Timestamp)
        async throws(Refusal) -> TransferChange
    /// The newest version of each, in the order of type and source id, also of those that have disappeared at the payer.
    func eachKept(
        payer: Key<SendingPayer>, member: Key<Member>, plan: Key<Plan>, _ body: (KeptResource) throws -> Void
    ) throws
    /// The versions that only this transfer brought: what would be gone without it.
    func broughtOnly(by transfer: Transfer) throws(Refusal) -> [(type: ResourceType, localID: ResourceID)]
    /// Takes the transfer's versions away, so that those before it are the newest again.
    func forgetVersions(_ job: TransferJob, at now: Timestamp) async throws(Refusal)
    /// The newest kept transfer of this payer, the only one that can be undone.
    func newestKept(payer: Key<SendingPayer>, member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> Key<Transfer>?
    /// Whether anything of another payer is part of the record.
    func hasKept(_ member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> Bool
    /// By type and local id.
    func origins(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [Reference: Origin]
}

/// Takes single resources out of a member's record.
package protocol RemovalStore: Sendable {
    /// In one transaction; what is not there is left out. Shared types are looked for among the plan's own.
    /// Refused with `conflict` when the transfer for which it is done is in other hands by then.
    func remove(
        _ resources: [(type: ResourceType, id: ResourceID)], in compartment: Compartment, at now: Timestamp,
        for lease: TransferLease?
    ) throws(Refusal)
}
