import FHIR

/// The one writer of the state file: what it returns from has reached the disk.
actor Journal {
    private(set) var state: ReceiveState
    private let folder: OutputFolder
    private let tally: Tally

    init(_ state: ReceiveState, folder: OutputFolder, tally: Tally) {
        self.state = state
        self.folder = folder
        self.tally = tally
    }

    func type(_ type: ResourceType) -> TypeState? { state.types.first { $0.type == type } }

    /// Changes what is known of one type; call it after the type's file was synced.
    func update(_ type: ResourceType, _ change: @Sendable (inout TypeState) -> Void) throws(ReceiveProblem) {
        guard let index = state.types.firstIndex(where: { $0.type == type }) else { return }
        change(&state.types[index])
        try save()
    }

    func keep(_ tokens: TokenSet) throws(ReceiveProblem) {
        state.tokens = tokens
        try save()
    }

    func save() throws(ReceiveProblem) {
        (state.requests, state.retries) = tally.now
        try DiskFile.replace(folder.statePath, with: state.json)
    }
}
