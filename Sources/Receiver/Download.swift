import FHIR

/// What every part of a download shares.
struct Download: Sendable {
    let options: ReceiveOptions
    let base: WebAddress
    let patient: String
    let requests: Requests
    let access: Access
    let journal: Journal
    let folder: OutputFolder

    var report: @Sendable (ReceiveEvent) -> Void { requests.report }

    /// Everything that is still open: the Patient, then the searches, then what their references lead to.
    func run() async throws(ReceiveProblem) {
        let open = await journal.state.types.filter { $0.status == .open }
        for state in open where state.way == .patient { try await PatientDownload(download: self).run() }
        try await runSearches(open.filter { $0.way == .search }.map(\.type))
        if open.contains(where: { $0.way == .reference }) { try await ReferenceDownload(download: self).run() }
    }

    /// Each type is a chain of pages; so many chains at a time as requests may be under way.
    private func runSearches(_ types: [ResourceType]) async throws(ReceiveProblem) {
        let result = await withTaskGroup(of: Result<Void, ReceiveProblem>.self) { group in
            var waiting = types.makeIterator()
            var first: ReceiveProblem?
            func start() {
                guard first == nil, let type = waiting.next() else { return }
                group.addTask {
                    do throws(ReceiveProblem) {
                        var search = SearchDownload(download: self, type: type)
                        return .success(try await search.run())
                    } catch {
                        return .failure(error)
                    }
                }
            }
            for _ in 0..<max(1, options.parallelRequests) { start() }
            while let result = await group.next() {
                if case .failure(let problem) = result, first == nil {
                    first = problem
                    group.cancelAll()
                }
                start()
            }
            return first
        }
        if let result { throw result }
    }

    /// The type's file and state; a file that does not hold what the state says begins anew.
    func openFile(_ type: ResourceType) async throws(ReceiveProblem) -> (NDJSONFile, TypeState) {
        let known = await journal.type(type) ?? TypeState(type, .search)
        let file = try NDJSONFile(known, in: folder)
        guard file.wasReset else { return (file, known) }
        try await journal.update(type) { $0.startOver() }
        return (file, await journal.type(type) ?? TypeState(type, known.way))
    }

    /// The last word on a type: into the state, then to the caller.
    func end(_ type: ResourceType, _ status: TypeState.Status, reason: String? = nil, again: Bool = false) async throws(ReceiveProblem) {
        try await journal.update(type) { state in
            state.status = status
            state.reason = reason
            state.again = again
        }
        let outcome: ReceiveEvent.TypeEnd.Outcome =
            switch status {
            case .open, .done: .received
            case .notShared: .notShared
            case .failed: .failed(reason ?? "no reason is known")
            }
        report(.typeFinished(.init(type: type.name, count: await journal.type(type)?.count ?? 0, outcome: outcome)))
    }
}
