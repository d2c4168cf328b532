import FHIR

/// Receives one member's records from another plan: finds the server, lets the member authorise, reads everything, keeps it with a receipt.
package struct Receive: Sendable {
    private let options: ReceiveOptions
    private let report: @Sendable (ReceiveEvent) -> Void

    /// `report` is called from several tasks; it must return soon.
    package init(_ options: ReceiveOptions, report: @escaping @Sendable (ReceiveEvent) -> Void) {
        self.options = options
        self.report = report
    }

    /// Returns a receipt also when some types failed (`isComplete` is false then); throws when nothing more can be done.
    ///
    /// Cancel the task to interrupt: what is on disk stays, and the next run with the same folder goes on.
    package func run() async throws(ReceiveProblem) -> Receipt {
        let folder = try OutputFolder(options.out)
        let known = try checked(folder.interrupted(), folder)
        let courier = Courier(options)
        let result: Result<Receipt, ReceiveProblem>
        do throws(ReceiveProblem) {
            result = .success(try await run(folder, known, courier))
        } catch {
            result = .failure(Task.isCancelled ? .interrupted : error)
        }
        await courier.shutdown()
        return try result.get()
    }

    private func checked(_ state: ReceiveState?, _ folder: OutputFolder) throws(ReceiveProblem) -> ReceiveState? {
        guard var state else {
            if options.resume { throw .nothingToResume(folder.path) }
            return nil
        }
        guard state.from.utf8.elementsEqual(options.from.utf8) else { throw .otherReceive(folder: folder.path, what: "from \(state.from)") }
        guard state.clientID.utf8.elementsEqual(options.clientID.utf8) else {
            throw .otherReceive(folder: folder.path, what: "with the client id \(PlainText.shown(state.clientID))")
        }
        state.reopen()
        return state
    }

    private func run(_ folder: OutputFolder, _ known: ReceiveState?, _ courier: Courier) async throws(ReceiveProblem) -> Receipt {
        let tally = Tally(requests: known?.requests ?? 0, retries: known?.retries ?? 0)
        let backoff = Backoff(options)
        let requests = Requests(courier: courier, backoff: backoff, tally: tally, report: report)
        let sender = try await Discovery(requests: requests, allowInsecureHTTP: options.allowInsecureHTTP).find(options.from)
        let state = known ?? newState(sender)
        guard state.fhirBase.utf8.elementsEqual(sender.base.trimmed.utf8) else {
            throw .otherReceive(folder: folder.path, what: "from \(state.fhirBase)")
        }
        report(.discovered(fhirBase: sender.base.trimmed, software: sender.software.text, types: state.types.count))
        if known != nil {
            let done = state.types.count { $0.status != .open }
            report(.resumed(resources: state.types.reduce(0) { $0 + $1.count }, typesDone: done, types: state.types.count))
        }

        let journal = Journal(state, folder: folder, tally: tally)
        let client = TokenClient(
            courier: courier, endpoint: sender.token, clientID: options.clientID, clientSecret: options.clientSecret,
            usesBasic: sender.tokenUsesBasic, backoff: backoff, tally: tally)
        let access = access(sender, client, journal, state.tokens)
        if !state.isDone || state.tokens?.patient == nil { try await access.open() }
        guard let patient = await access.patient else { throw .noPatient }

        let download = Download(
            options: options, base: sender.base, patient: patient, requests: requests, access: access, journal: journal, folder: folder)
        try await download.run()
        return try await finish(folder, journal, sender, patient)
    }

    private func newState(_ sender: Sender) -> ReceiveState {
        ReceiveState(
            from: options.from, fhirBase: sender.base.trimmed, clientID: options.clientID, startedAt: .now,
            types: [TypeState(.patient, .patient)] + sender.plan.searched.map { TypeState($0, .search) }
                + sender.plan.referred.map { TypeState($0, .reference) })
    }

    private func access(_ sender: Sender, _ client: TokenClient, _ journal: Journal, _ tokens: TokenSet?) -> Access {
        let authorization = Authorization(options: options, sender: sender, client: client, report: report)
        return Access(base: sender.base, client: client, tokens: tokens) { [report] () async throws(ReceiveProblem) -> TokenSet in
            let tokens = try await authorization.run()
            if let patient = tokens.patient { report(.authorized(patient: patient)) }
            return tokens
        } keep: { tokens throws(ReceiveProblem) in
            try await journal.keep(tokens)
        }
    }

    /// The state stays only when another run can bring more; without it no token is left on this disk.
    private func finish(_ folder: OutputFolder, _ journal: Journal, _ sender: Sender, _ patient: String) async throws(ReceiveProblem)
        -> Receipt
    {
        try await journal.save()
        let state = await journal.state
        let receipt = try ReceiptWriter(sender: sender, folder: folder).receipt(state, patient: patient)
        try DiskFile.replace(folder.receiptPath, with: receipt.json)
        if !state.canGoOn { try DiskFile.remove(folder.statePath) }
        report(.finished(receipt))
        return receipt
    }
}
