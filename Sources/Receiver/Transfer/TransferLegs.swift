import Exchange
import FHIR

/// All legs of a transfer, in the way the sender offers: `$everything`, or the Patient and the searches; then what references lead to.
struct TransferLegs: Sendable {
    let sender: Sender
    let patient: String
    let requests: Requests
    let access: Access
    let landing: TransferLanding
    let settings: TransferSettings
    let store: any TransferStore
    let world: World

    private var transfer: Key<Transfer> { landing.job.transfer.key }

    /// The reason when another run is needed.
    func run() async throws -> String? {
        var legs = try store.legs(of: transfer)
        if legs.isEmpty {
            try await open(sender.offersEverything ? [TransferLeg.everything] : searches)
            legs = try store.legs(of: transfer)
        }
        var later: String?
        if let everything = legs.first(where: { $0.name == TransferLeg.everything }) {
            var status = everything.status
            if status == .open {
                switch try await download(.everything).run(from: everything) {
                case .done: status = .done
                case .notShared: status = .notShared
                case .broken: status = .failed
                case .later(let reason): later = reason
                }
            }
            // Offered in words, but not to us: the searches then.
            if status == .notShared {
                try await open(searches)
                legs = try store.legs(of: transfer)
            }
        }
        if let reason = try await runSearches(legs.filter { $0.name != TransferLeg.everything && $0.name != TransferLeg.references }) {
            later = reason
        }
        if let later { return later }
        guard let last = try store.legs(of: transfer).first(where: { $0.name == TransferLeg.references }) else {
            try await open([TransferLeg.references])
            return try await runReferences(TransferLeg(TransferLeg.references))
        }
        return last.status == .open ? try await runReferences(last) : nil
    }

    private var searches: [String] { [ResourceType.patient.name] + sender.plan.searched.map(\.name) }

    private func open(_ names: [String]) async throws(Refusal) {
        try await store.open(legs: names, landing.job.lease, at: world.now())
    }

    private func download(_ way: LegDownload.Way) -> LegDownload {
        LegDownload(
            way: way, base: sender.base, patient: patient, requests: requests, access: access, landing: landing, settings: settings)
    }

    /// Each leg is a chain of pages; so many chains at a time as requests may be under way.
    private func runSearches(_ legs: [TransferLeg]) async throws -> String? {
        let open = legs.filter { $0.status == .open }
        return try await withThrowingTaskGroup(of: String?.self) { group in
            var waiting = open.makeIterator()
            var later: String?
            func start() {
                guard let leg = waiting.next() else { return }
                group.addTask {
                    guard let type = ResourceType(leg.name) else { return nil }
                    guard case .later(let reason) = try await download(type == .patient ? .patient : .search(type)).run(from: leg) else {
                        return nil
                    }
                    return "\(leg.name): \(reason)"
                }
            }
            for _ in 0..<max(1, settings.requests) { start() }
            while let reason = try await group.next() {
                later = later ?? reason
                start()
            }
            return later
        }
    }

    private func runReferences(_ leg: TransferLeg) async throws -> String? {
        // The Patient is the member's own; another's is not ours to ask for.
        let types = (sender.plan.searched + sender.plan.referred).filter { $0 != .patient }
        let rounds = ReferenceRounds(
            base: sender.base, patient: patient, types: types, requests: requests, access: access, landing: landing, settings: settings,
            store: store)
        guard case .later(let reason) = try await rounds.run(from: leg) else { return nil }
        return reason
    }
}
