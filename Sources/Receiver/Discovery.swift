import FHIR

/// Finds the FHIR base, the authorize and token endpoints and the types, from whatever address the sender's people gave.
struct Discovery: Sendable {
    let requests: Requests
    let allowInsecureHTTP: Bool

    /// Tries `from`, then `from/r4`, first by `.well-known/smart-configuration`, then by the CapabilityStatement's `oauth-uris`.
    func find(_ from: String) async throws(ReceiveProblem) -> Sender {
        let bases = try Self.bases(from)
        for base in bases { _ = try checked(base.text) }
        var tried: [String] = []
        var unfit: ReceiveProblem?
        for base in bases {
            let (answer, line) = try await read(base, ".well-known/smart-configuration", accept: "application/json")
            tried.append(line)
            guard let answer, let document = SMARTDocument(answer.body) else { continue }
            let (metadata, second) = try await read(base, "metadata", accept: Requests.fhirJSON)
            tried.append(second)
            // A plan may have such a document above its FHIR base too; the base is where the CapabilityStatement is.
            guard let metadata else { continue }
            do throws(ReceiveProblem) {
                return try sender(base, try await named(document), try capabilities(metadata, base))
            } catch {
                unfit = error
            }
        }
        if let unfit { throw unfit }
        for base in bases {
            let (answer, line) = try await read(base, "metadata", accept: Requests.fhirJSON)
            tried.append(line)
            guard let answer, let capabilities = try? CapabilityReader(answer.body), let authorize = capabilities.authorize,
                let token = capabilities.token
            else { continue }
            return try sender(base, SMARTDocument(authorize: authorize, token: token), capabilities)
        }
        throw .nothingFound(from: PlainText.shown(from), tried: tried)
    }

    /// The document with the issuer that a SMART document leaves out when there is no OpenID: RFC 8414's own document has it.
    ///
    /// It stands below the issuer, and the authorize address usually does too; so the places above that address are asked, nearest first.
    /// Only a document that names that very place and the same endpoints counts.
    private func named(_ document: SMARTDocument) async throws(ReceiveProblem) -> SMARTDocument {
        guard document.issuer == nil, let authorize = WebAddress(document.authorize) else { return document }
        var place = Substring(authorize.trimmed.prefix { $0 != "?" })
        for _ in 0..<3 {
            guard let slash = place.lastIndex(of: "/"), let above = WebAddress(String(place[..<slash])), above.origin == authorize.origin
            else {
                break
            }
            place = place[..<slash]
            let (answer, _) = try await read(above, ".well-known/oauth-authorization-server", accept: "application/json")
            guard let answer, let found = SMARTDocument(answer.body), let issuer = found.issuer, issuer.utf8.elementsEqual(place.utf8),
                found.authorize.utf8.elementsEqual(document.authorize.utf8), found.token.utf8.elementsEqual(document.token.utf8)
            else { continue }
            var document = document
            document.issuer = issuer
            document.namesItselfInAnswers = found.namesItselfInAnswers
            return document
        }
        return document
    }

    /// Where the FHIR base may be: at the address itself, or at `r4` below it.
    static func bases(_ from: String) throws(ReceiveProblem) -> [WebAddress] {
        guard let given = WebAddress(from), !given.text.utf8.contains(UInt8(ascii: "?")),
            let place = WebAddress(withoutDocument(given.trimmed))
        else { throw .badAddress(PlainText.shown(from)) }
        guard !place.path.hasSuffix("/r4"), let below = place.appending("r4") else { return [place] }
        return [place, below]
    }

    /// Someone may paste the address of the document itself.
    private static func withoutDocument(_ text: String) -> String {
        for ending in ["/.well-known/smart-configuration", "/metadata"] where text.hasSuffix(ending) {
            return String(text.dropLast(ending.count))
        }
        return text
    }

    /// The answer when it is 200, and a line that says what was tried.
    private func read(_ base: WebAddress, _ tail: String, accept: String) async throws(ReceiveProblem) -> (HTTPAnswer?, String) {
        guard let address = base.appending(tail) else { return (nil, tail) }
        do throws(Stop) {
            let answer = try await requests.get(address, accept: accept, attempts: 3)
            return (
                answer.status == 200 ? answer : nil, "\(address.text): \(answer.status == 200 ? "not such a document" : "\(answer.status)")"
            )
        } catch {
            switch error {
            case .run(let problem): throw problem
            case .type(let reason, _): return (nil, "\(address.text): \(reason)")
            }
        }
    }

    private func capabilities(_ answer: HTTPAnswer, _ base: WebAddress) throws(ReceiveProblem) -> CapabilityReader {
        do throws(CapabilityReader.Unfit) {
            return try CapabilityReader(answer.body)
        } catch {
            throw .badDiscovery(address: base.trimmed + "/metadata", reason: error.reason)
        }
    }

    private func sender(_ base: WebAddress, _ document: SMARTDocument, _ capabilities: CapabilityReader) throws(ReceiveProblem) -> Sender {
        let authorize = try checked(document.authorize)
        let token = try checked(document.token)
        // The client secret goes there: a public server has no business naming an address inside our network.
        for endpoint in [authorize, token] where endpoint.origin.isLoopback || endpoint.origin.isInsideNetwork {
            guard base.origin.isLoopback || base.origin.isInsideNetwork || endpoint.origin == base.origin else {
                throw .badDiscovery(address: base.text, reason: "it names \(endpoint.origin), an address inside this network")
            }
        }
        return Sender(
            base: base, authorize: authorize, token: token, issuer: document.issuer, namesItselfInAnswers: document.namesItselfInAnswers,
            tokenUsesBasic: document.tokenUsesBasic, software: capabilities.software, plan: capabilities.plan,
            offersEverything: capabilities.offersEverything)
    }

    private func checked(_ text: String) throws(ReceiveProblem) -> WebAddress {
        guard let address = WebAddress(text) else { throw .badAddress(PlainText.shown(text)) }
        guard address.origin.isSecure || address.origin.isLoopback || allowInsecureHTTP else { throw .insecureAddress(address.text) }
        do throws(NetworkPolicy.Forbidden) {
            try requests.courier.policy.check(address.origin)
        } catch {
            throw .forbiddenAddress(address.text, reason: error.reason)
        }
        return address
    }
}
