import FHIR

/// The one holder of the tokens: gives the present one, renews it once for all who need it, keeps what it was given on disk.
actor Access {
    struct Grant: Sendable {
        let token: String
        let generation: Int
    }

    private let base: WebAddress
    private let client: TokenClient
    private let authorize: @Sendable () async throws(ReceiveProblem) -> TokenSet
    private let keep: @Sendable (TokenSet) async throws(ReceiveProblem) -> Void
    private var tokens: TokenSet?
    private var generation = 0
    private var renewal: Task<Result<Void, ReceiveProblem>, Never>?
    /// How often the member may be asked in one run; a server that keeps refusing its tokens must not open window after window.
    private var authorizationsLeft = 2

    /// `authorize` asks the member; `keep` writes new tokens down before they are used.
    init(
        base: WebAddress, client: TokenClient, tokens: TokenSet?,
        authorize: @escaping @Sendable () async throws(ReceiveProblem) -> TokenSet,
        keep: @escaping @Sendable (TokenSet) async throws(ReceiveProblem) -> Void
    ) {
        self.base = base
        self.client = client
        self.tokens = tokens
        self.authorize = authorize
        self.keep = keep
    }

    /// The patient whose records the tokens open, once there are any.
    var patient: String? { tokens?.patient }

    /// Makes sure that there is a token that has not run out.
    func open() async throws(ReceiveProblem) {
        do { _ = try await grant(for: base) } catch {
            switch error {
            case .run(let problem): throw problem
            case .type(let reason, _): throw .tokenUnusable(reason)
            }
        }
    }

    /// A token for this address, which must be on the FHIR base's own server; to any other none is given.
    func grant(for address: WebAddress) async throws(Stop) -> Grant {
        guard address.origin == base.origin else {
            throw .type(reason: "a link leads to another server (\(address.origin))", again: false)
        }
        if isRunOut { try await renew(generation) }
        guard let tokens else { throw .run(.tokenUnusable("there is none")) }
        return Grant(token: tokens.access, generation: generation)
    }

    /// After a 401: does nothing when another request has renewed in the meantime.
    func renew(after grant: Grant) async throws(Stop) {
        try await renew(grant.generation)
    }

    private var isRunOut: Bool {
        guard let tokens else { return true }
        guard let expires = tokens.expires else { return false }
        return expires <= Timestamp.now
    }

    private func renew(_ seen: Int) async throws(Stop) {
        guard seen == generation else { return }
        let task: Task<Result<Void, ReceiveProblem>, Never>
        if let renewal {
            task = renewal
        } else {
            task = Task { await self.renewNow() }
            renewal = task
        }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        if case .failure(let problem) = result { throw .run(problem) }
    }

    private func renewNow() async -> Result<Void, ReceiveProblem> {
        defer { renewal = nil }
        do throws(ReceiveProblem) {
            var fresh = try await refreshed()
            if fresh == nil {
                guard authorizationsLeft > 0 else { throw .tokenUnusable("the server keeps refusing its own tokens") }
                authorizationsLeft -= 1
                fresh = try await authorize()
                guard fresh?.patient != nil else { throw .noPatient }
            }
            guard var fresh else { throw .tokenUnusable("there is none") }
            if let known = tokens?.patient {
                if let got = fresh.patient, !got.utf8.elementsEqual(known.utf8) { throw .differentMember(expected: known, got: got) }
                fresh.patient = known
            }
            guard fresh.patient != nil else { throw .noPatient }
            try await keep(fresh)
            tokens = fresh
            generation += 1
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// nil when there is nothing to refresh with, or the server refuses it.
    private func refreshed() async throws(ReceiveProblem) -> TokenSet? {
        guard let refresh = tokens?.refresh else { return nil }
        do throws(ReceiveProblem) {
            return try await client.refresh(refresh)
        } catch {
            guard case .tokenRefused(let code, _) = error, code == "invalid_grant" || code == "invalid_token" else { throw error }
            return nil
        }
    }
}
