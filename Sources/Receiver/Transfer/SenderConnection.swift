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

    package func authorizeAddress(_ facts: SenderFacts, _ request: AuthorizeRequest) -> String {
        let fields = [
            ("response_type", "code"), ("client_id", request.clientID), ("redirect_uri", request.redirectURI), ("scope", request.scope),
            ("state", request.state), ("aud", facts.fhirBase), ("code_challenge", request.challenge), ("code_challenge_method", "S256"),
        ]
        return facts.authorize + (facts.authorize.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + PercentEncoding.form(fields)
    }

    package func examine(_ payer: SendingPayer, secret: String?, redirectURI: String) async -> [ConnectionCheck] {
        do throws(Refusal) {
            let facts = try await find(payer.address)
            return [.init(name: "Discovery", outcome: .passed, seen: facts.software ?? facts.fhirBase, fix: nil)]
        } catch {
            return [.init(name: "Discovery", outcome: .failed, seen: error.message, fix: "Check the address with the plan.")]
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
