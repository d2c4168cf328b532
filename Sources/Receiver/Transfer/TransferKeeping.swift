import Exchange
import FHIR

/// Makes an arrived transfer part of the member's record, and takes one out again.
///
/// What is served is always made anew from all kept originals of the payer. The same again changes nothing, so a run that was cut off at any
/// place is simply done once more.
struct TransferKeeping: Sendable {
    typealias Store = TransferStore & KeptRecordStore & MemberStore & ImportStore & RemovalStore & ClinicalStore

    let job: TransferJob
    let store: any Store
    let world: World

    private var transfer: Transfer { job.transfer }
    private static let batchCount = 500

    func keep() async throws -> TransferChange {
        let member = try await member()
        let compartment = Compartment(plan: transfer.plan, member: transfer.member, patientID: member.text)
        let ids = LocalIDs(
            plan: transfer.plan, member: transfer.member, payer: transfer.payer, patientID: member, servesPatient: try servesPatient(member)
        )
        let change = try await store.keepVersions(job, isWhole: transfer.report?.isWhole ?? false, localIDs: ids, at: world.now())
        try serve(compartment, ids)
        return change
    }

    func undo() async throws {
        let member = try await member()
        let compartment = Compartment(plan: transfer.plan, member: transfer.member, patientID: member.text)
        let ids = LocalIDs(
            plan: transfer.plan, member: transfer.member, payer: transfer.payer, patientID: member, servesPatient: try servesPatient(member)
        )
        let gone = try store.broughtOnly(by: transfer).map { (type: $0.type, id: $0.localID) }
        try store.remove(gone, in: compartment, at: world.now(), for: job.lease)
        try await store.forgetVersions(job, at: world.now())
        try serve(compartment, ids)
    }

    /// The id of the member's Patient here; one who has none yet gets one that depends on nothing but who they are.
    private func member() async throws -> ResourceID {
        guard let member = try store.member(transfer.member, plan: transfer.plan) else {
            throw Refusal(.notFound, "The member is not on the roster any more.")
        }
        if let known = member.patientID.flatMap({ ResourceID($0) }) { return known }
        let made = LocalIDs.patient(plan: transfer.plan, member: transfer.member)
        let entry = RosterEntry(
            memberID: member.memberID, firstName: member.firstName, lastName: member.lastName, birthDate: member.birthDate,
            postalCode: member.postalCode, email: member.email, coverageStart: member.coverageStart, coverageEnd: member.coverageEnd,
            patientID: made.text)
        if case .refused(let reason)? = try await store.enrol([entry], plan: transfer.plan).first {
            throw Refusal(.unavailable, "The member cannot be given a Patient: \(reason)")
        }
        return made
    }

    /// The plan's own Patient, and one that another payer sent first, stay as they are.
    private func servesPatient(_ patientID: ResourceID) throws -> Bool {
        let compartment = Compartment(plan: transfer.plan, member: transfer.member, patientID: patientID.text)
        guard try store.read(.patient, id: patientID.text, in: compartment, { _ in true }) != nil else { return true }
        var isOurs = false
        try store.eachKept(payer: transfer.payer, member: transfer.member, plan: transfer.plan) { kept in
            if kept.type == .patient, kept.localID == patientID { isOurs = true }
        }
        return isOurs
    }

    private func serve(_ compartment: Compartment, _ ids: LocalIDs) throws {
        var here: Set<String> = []
        var brought: [Key<Transfer>: [ResourceType: [ResourceID]]] = [:]
        var times: [Key<Transfer>: Timestamp] = [:]
        try store.eachKept(payer: transfer.payer, member: transfer.member, plan: transfer.plan) { kept in
            guard kept.type != .patient || kept.localID.text == compartment.patientID else { return }
            here.insert("\(kept.type.name)/\(kept.sourceID)")
            brought[kept.transfer, default: [:]][kept.type, default: []].append(kept.localID)
            times[kept.transfer] = kept.receivedAt
        }
        try keepResources(compartment, ids, here)
        // No `settle`: an embedded store's next change goes through the same log with a sync, and takes with it everything that was written
        // before; a database has made each batch durable.
        try keepProvenance(compartment, ids, brought, times)
    }

    private func keepResources(_ compartment: Compartment, _ ids: LocalIDs, _ here: Set<String>) throws {
        guard let patient = ResourceID(compartment.patientID) else { return }
        let writer = ReceivedResource(localIDs: ids, fhirBase: job.fhirBase) { here.contains("\($0.name)/\($1)") }
        let (parser, second) = (JSONParser(), JSONParser())
        var batch: [PreparedResource] = []
        func flush() throws {
            guard !batch.isEmpty else { return }
            _ = try store.keep(batch, plan: compartment.plan, at: world.now(), turn: BatchTurn(for: job.lease))
            batch.removeAll(keepingCapacity: true)
        }
        // Read first and written afterwards: the reading holds a snapshot for as long as it lasts.
        try store.eachKept(payer: transfer.payer, member: transfer.member, plan: transfer.plan) { kept in
            guard kept.type != .patient || kept.localID.text == compartment.patientID else { return }
            let local = try kept.body.withUnsafeBytes { writer.localBytes(try parser.parse($0), type: kept.type) }
            guard let local else { return }
            try local.withUnsafeBytes { batch.append(try PreparedResource(received: try second.parse($0), of: patient)) }
            if batch.count >= Self.batchCount { try flush() }
        }
        try flush()
    }

    private func keepProvenance(
        _ compartment: Compartment, _ ids: LocalIDs, _ brought: [Key<Transfer>: [ResourceType: [ResourceID]]],
        _ times: [Key<Transfer>: Timestamp]
    ) throws {
        guard let patient = ResourceID(compartment.patientID) else { return }
        let parser = JSONParser()
        var wanted: [PreparedResource] = []
        var stale: [(type: ResourceType, id: ResourceID)] = []
        let own = try store.transfers(of: transfer.member, plan: transfer.plan).filter { $0.payer == transfer.payer }.map(\.key)
        for key in Set(own).union(brought.keys) {
            for type in ReleasedTypes.clinical + [.binary] {
                let id = ids.provenance(of: key, type)
                guard let targets = brought[key]?[type], let time = times[key] else {
                    stale.append((.provenance, id))
                    continue
                }
                let bytes = ReceivedProvenance.bytes(
                    id: id, type: type, targets: targets.sorted { $0.text < $1.text }, patientID: compartment.patientID,
                    payer: job.payer.name, fhirBase: job.fhirBase, receivedAt: time)
                try bytes.withUnsafeBytes { wanted.append(try PreparedResource(received: try parser.parse($0), of: patient)) }
            }
        }
        if !wanted.isEmpty { _ = try store.keep(wanted, plan: compartment.plan, at: world.now(), turn: BatchTurn(for: job.lease)) }
        try store.remove(stale, in: compartment, at: world.now(), for: job.lease)
    }
}
