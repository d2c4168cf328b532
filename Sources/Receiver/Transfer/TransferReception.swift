import Exchange
import FHIR
import Foundation
import Synchronization

/// One run of one transfer: from the code, or from where an earlier run broke off, to a record that lies ready to be looked at.
struct TransferReception: Sendable {
    let job: TransferJob
    let store: any TransferStore & MemberStore
    let world: World
    let settings: TransferSettings
    let sealing: Sealing

    enum Outcome: Sendable {
        case arrived(TransferReport)
        case differs(TransferReport, TransferProblem)
        case failed(TransferProblem, TransferReport?)
        case later(TransferProblem, after: Duration)
    }

    func run() async throws -> Outcome {
        var options = ReceiveOptions(
            from: job.payer.address, clientID: job.payer.clientID, clientSecret: try clientSecret(), out: "")
        options.network = settings.network.permitting(job.payer.address)
        options.parallelRequests = settings.requests
        options.pageSize = settings.pageSize
        options.maximumAttempts = settings.requestAttempts
        options.firstRetryDelay = settings.firstRetryDelay
        options.longestRetryAfter = .seconds(60)
        options.limits = settings.limits
        let courier = Courier(options)
        let tally = Tally()
        let outcome: Result<Outcome, any Error>
        do { outcome = .success(try await run(options, courier, tally)) } catch { outcome = .failure(error) }
        await courier.shutdown()
        switch outcome {
        case .success(let outcome): return outcome
        case .failure(let problem as ReceiveProblem): return try Self.outcome(problem, tally, settings)
        case .failure(let error): throw error
        }
    }

    private func clientSecret() throws(Refusal) -> String? {
        guard let sealed = job.payer.sealedSecret else { return nil }
        let context = SendingPayer.secretContext(plan: job.payer.plan, address: job.payer.address)
        guard let secret = sealing.open(sealed, context) else {
            throw Refusal(.unavailable, "The client secret of \(job.payer.name) cannot be opened with this server’s key. Enter it again.")
        }
        return String(decoding: secret, as: UTF8.self)
    }

    private func run(_ options: ReceiveOptions, _ courier: Courier, _ tally: Tally) async throws -> Outcome {
        let requests = Requests(courier: courier, backoff: Backoff(options), tally: tally, report: { _ in })
        let sender = try await Discovery(requests: requests, allowInsecureHTTP: options.allowInsecureHTTP).find(options.from)
        guard sender.base.trimmed.utf8.elementsEqual(job.fhirBase.utf8) else {
            return .failed(.init(.unusable, "\(job.payer.name) has moved from \(job.fhirBase) since the member agreed."), nil)
        }
        let client = TokenClient(
            courier: courier, endpoint: sender.token, clientID: options.clientID, clientSecret: options.clientSecret,
            usesBasic: sender.tokenUsesBasic, backoff: Backoff(options), tally: tally)
        let tokens = try await tokens(client)
        guard let patient = tokens.patient else { throw ReceiveProblem.noPatient }
        let access = Access(base: sender.base, client: client, tokens: tokens) { () throws(ReceiveProblem) -> TokenSet in
            throw .tokenRefused(error: "the authorisation has ended", description: "The member has to agree at the other plan again.")
        } keep: { tokens throws(ReceiveProblem) in
            try await keep(tokens, patient)
        }
        let staged = try store.stagedCounts(of: job.transfer)
        let landing = TransferLanding(
            job: job, store: store, world: world, settings: settings, tally: tally, resources: staged.reduce(0) { $0 + $1.count },
            bytes: staged.reduce(0) { $0 + $1.bytes })
        let legs = TransferLegs(
            sender: sender, patient: patient, requests: requests, access: access, landing: landing, settings: settings, store: store,
            world: world)
        if let reason = try await legs.run() {
            let pause = max(tally.askedWait, TransferWorker.pause(after: job.attempts, settings))
            return .later(.init(.unreachable, reason), after: pause)
        }
        return try arrival()
    }

    /// Those an earlier run was given, or those that the code is good for, once.
    private func tokens(_ client: TokenClient) async throws -> TokenSet {
        func opened(_ sealed: [UInt8], _ field: String) throws(ReceiveProblem) -> [UInt8] {
            guard let bytes = sealing.open(sealed, Transfer.context(id: job.transfer.id, field)) else {
                throw .tokenRefused(error: "what was kept of it cannot be opened with this server’s key", description: nil)
            }
            return bytes
        }
        if let sealed = job.sealedTokens {
            guard let tokens = TokenSet(json: try opened(sealed, "tokens")) else {
                throw ReceiveProblem.tokenUnusable("it was not kept whole")
            }
            return tokens
        }
        guard let code = job.sealedCode, let verifier = job.sealedVerifier else {
            throw ReceiveProblem.tokenRefused(error: "there is no code", description: nil)
        }
        let tokens = try await client.exchange(
            code: String(decoding: try opened(code, "code"), as: UTF8.self), redirectURI: job.redirectURI,
            verifier: String(decoding: try opened(verifier, "verifier"), as: UTF8.self))
        guard let patient = tokens.patient else { throw ReceiveProblem.noPatient }
        try await keep(tokens, patient)
        return tokens
    }

    private func keep(_ tokens: TokenSet, _ patient: String) async throws(ReceiveProblem) {
        do throws(Refusal) {
            let sealed = try sealing.seal(tokens.json, Transfer.context(id: job.transfer.id, "tokens"))
            try await store.keep(sealedTokens: sealed, patientID: patient, job.lease, at: world.now())
        } catch {
            throw .notKept(error.message, isLost: error.code == .conflict)
        }
    }

    private func arrival() throws -> Outcome {
        guard let member = try store.member(job.transfer.member, plan: job.transfer.plan) else {
            return .failed(.init(.internalTrouble, "The member is not on the roster any more."), nil)
        }
        var reading = ArrivalReport(member: member)
        try store.eachStaged(job.transfer) { type, _, body in try reading.add(type, body) }
        let begun = job.transfer.startedAt ?? job.transfer.createdAt
        let legs = try store.legs(of: job.transfer.key)
        reading.finish(
            legs: legs, issues: try store.issues(of: job.transfer.key, limit: 100_000),
            milliseconds: Int(world.now().milliseconds - begun.milliseconds))
        let report = reading.report
        if report.resources == 0 {
            let reason = (report.brokenOff + report.notShared).first ?? "it is empty"
            return .failed(.init(.unusable, "Nothing of the record could be kept: \(reason)."), report)
        }
        switch reading.match {
        case .same: return .arrived(report)
        case .differs(let what):
            let words = what.map(\.words).joined(separator: " and ")
            return .differs(report, .init(.otherPerson, "The person in the record differs from the member in \(words)."))
        case .unknown:
            return .differs(report, .init(.otherPerson, "The record came without the person’s details, so they could not be compared."))
        }
    }

    private static func outcome(_ problem: ReceiveProblem, _ tally: Tally, _ settings: TransferSettings) throws -> Outcome {
        switch problem {
        case .unreachable, .nothingFound:
            return .later(.init(.unreachable, problem.explanation), after: tally.askedWait)
        case .tokenRefused, .denied, .authorizationFailed: return .failed(.init(.refused, problem.explanation), nil)
        case .noPatient: return .failed(.init(.noPatient, problem.explanation), nil)
        case .differentMember: return .failed(.init(.otherPerson, problem.explanation), nil)
        case .wrongIssuer: return .failed(.init(.wrongAnswer, problem.explanation), nil)
        case .badAddress, .insecureAddress, .forbiddenAddress, .badDiscovery, .tokenUnusable:
            return .failed(.init(.unusable, problem.explanation), nil)
        case .notKept(let words, let isLost): throw Refusal(isLost ? .conflict : .unavailable, words)
        case .interrupted: throw CancellationError()
        case .badRedirectURI, .cannotListen, .authorizationTimedOut, .nothingToResume, .otherReceive, .alreadyReceived, .folderNotEmpty,
            .folderInUse, .cannotWrite, .badState:
            // Of the command line's own.
            throw Refusal(.unavailable, problem.explanation)
        }
    }
}
