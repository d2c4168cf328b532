package import Exchange
import FHIR

/// The way to sending payers: what the members' pages and the operator's console ask of the network.
package struct SenderConnection: SenderConnector {
    private let network: NetworkPolicy

    package init(network: NetworkPolicy) { self.network = network }

    package func find(_ address: String) async throws(Refusal) -> SenderFacts {
        var options = ReceiveOptions(from: address, clientID: "", out: "")
        options.network = network.permitting(address)
        options.maximumAttempts = 2
        // Someone waits for the page.
        options.limits.idle = .seconds(10)
        let courier = Courier(options)
        let requests = Requests(courier: courier, backoff: Backoff(options), tally: Tally(), report: { _ in })
        let found: Result<Sender, ReceiveProblem>
        do throws(ReceiveProblem) {
            found = .success(try await Discovery(requests: requests, allowInsecureHTTP: options.allowInsecureHTTP).find(address))
        } catch {
            found = .failure(error)
        }
        await courier.shutdown()
        switch found {
        case .success(let sender):
            return SenderFacts(
                fhirBase: sender.base.trimmed, authorize: sender.authorize.text, issuer: sender.issuer,
                needsIssuer: sender.namesItselfInAnswers, software: sender.software.text,
                types: sender.plan.searched.count + sender.plan.referred.count, offersEverything: sender.offersEverything)
        case .failure(let problem): throw Refusal(.unavailable, problem.explanation)
        }
    }

    package func authorizeAddress(_ facts: SenderFacts, _ request: MemberErrand) -> String {
        guard let endpoint = WebAddress(facts.authorize) else { return facts.authorize }
        return AuthorizeRequest(
            endpoint: endpoint, clientID: request.clientID, redirectURI: request.redirectURI, scope: request.scope, state: request.state,
            audience: facts.fhirBase, challenge: request.challenge
        ).address
    }

    package func examine(_ payer: SendingPayer, secret: String?, redirectURI: String) async -> [ConnectionCheck] {
        var options = Doctor.Options(
            address: payer.address, network: network, clientID: payer.clientID, clientSecret: secret, redirectURI: redirectURI)
        options.scope = payer.scope
        return await Doctor(options).run().map { check in
            let outcome: ConnectionCheck.Outcome
            var seen = check.seen
            switch check.outcome {
            case .passed: outcome = .passed
            case .warning: outcome = .warning
            case .failed: outcome = .failed
            case .skipped(let reason):
                outcome = .skipped
                seen = reason
            }
            return ConnectionCheck(name: check.subject.title, outcome: outcome, seen: seen, fix: check.fix)
        }
    }

    package func listed(in directory: [UInt8]) throws(Refusal) -> [ListedPayer] {
        let reading: DirectoryReading
        do throws(SenderDirectory.Problem) { reading = try SenderDirectory(network).read(directory) } catch {
            throw Refusal(.invalid, error.explanation)
        }
        return reading.entries.map { ListedPayer(name: $0.name, address: $0.fhirBase, problem: nil) }
            + reading.skipped.map { ListedPayer(name: $0.name, address: "", problem: $0.reason) }
    }
}
