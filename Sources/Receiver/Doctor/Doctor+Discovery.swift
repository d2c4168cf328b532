import FHIR

/// What the server's public documents say. SMART App Launch 2.2.0, Conformance; RFC 8414; RFC 9207.
extension Doctor {
    /// Where the server is and what its documents name; enough for the checks that follow.
    struct Found: Sendable {
        let base: WebAddress
        let document: SMARTDocument
    }

    func checkDiscovery(_ requests: Requests) async -> Finding<Found> {
        do throws(ReceiveProblem) {
            let sender = try await Discovery(requests: requests, allowInsecureHTTP: true).find(options.address)
            var document = SMARTDocument(authorize: sender.authorize.text, token: sender.token.text)
            document.issuer = sender.issuer
            document.namesItselfInAnswers = sender.namesItselfInAnswers
            document.tokenUsesBasic = sender.tokenUsesBasic
            guard let published = await smartDocument(sender.base, requests) else {
                return .warning(
                    "only the CapabilityStatement at \(sender.base.trimmed) names the endpoints",
                    fix: "The sending payer must publish .well-known/smart-configuration below its FHIR base.",
                    Found(base: sender.base, document: document))
            }
            document.challengeMethods = published.challengeMethods
            return .passed("smart-configuration at \(sender.base.trimmed)", Found(base: sender.base, document: document))
        } catch {
            return await undiscovered(error, requests)
        }
    }

    /// The document may be there, and only the CapabilityStatement not be what it should; that is for a later check to say.
    private func undiscovered(_ problem: ReceiveProblem, _ requests: Requests) async -> Finding<Found> {
        let tried: [String]
        switch problem {
        case .nothingFound(_, let lines): tried = lines
        case .badDiscovery(let address, _) where address.hasSuffix("/metadata"): tried = []
        default:
            return .failed(
                problem.explanation,
                fix: "The sending payer must correct the addresses in its smart-configuration; show it this line.")
        }
        for base in (try? Discovery.bases(options.address)) ?? [] {
            guard let document = await smartDocument(base, requests) else { continue }
            return .passed("smart-configuration at \(base.trimmed)", Found(base: base, document: document))
        }
        return .failed(
            "nothing was found (" + tried.joined(separator: "; ") + ")",
            fix: "Your operator must ask the sending payer for its FHIR base address; it usually ends in /r4 or /fhir.")
    }

    func checkIssuer(_ found: Found, _ requests: Requests) async -> Finding<Bool> {
        let fix = "Do not connect before the sending payer has explained it; its security team must know."
        if let expected = options.expectedIssuer, found.document.issuer?.utf8.elementsEqual(expected.utf8) != true {
            let seen = found.document.issuer.map { PlainText.shown($0) } ?? "not named"
            return .failed("the issuer is \(seen), and was \(PlainText.shown(expected)) when this payer was added", fix: fix)
        }
        for place in Self.issuerPlaces(found.document) {
            guard let document = await document(place.address, requests) else { continue }
            guard let issuer = document.issuer, issuer.utf8.elementsEqual(place.issuer.utf8) else {
                return .failed(
                    "\(place.address.text) calls itself \(document.issuer.map { PlainText.shown($0) } ?? "nothing"), not \(PlainText.shown(place.issuer))",
                    fix: fix)
            }
            guard document.authorize.utf8.elementsEqual(found.document.authorize.utf8),
                document.token.utf8.elementsEqual(found.document.token.utf8)
            else {
                return .failed("\(place.address.text) names other endpoints than smart-configuration does", fix: fix)
            }
            break
        }
        guard let issuer = found.document.issuer else {
            return .warning(
                "no issuer is named, so an answer cannot be told from another server's",
                fix: "The sending payer should publish its issuer in .well-known/oauth-authorization-server (RFC 8414).", true)
        }
        guard found.document.namesItselfInAnswers else {
            return .warning(
                "\(PlainText.shown(issuer)) does not promise to name itself in its answers",
                fix: "The sending payer should send iss in its authorization answers and say so (RFC 9207).", true)
        }
        return .passed("\(PlainText.shown(issuer)), named in every answer", true)
    }

    /// RFC 8414 §3.1 puts the document between host and path; many servers have it below the issuer, as OpenID does.
    private static func issuerPlaces(_ document: SMARTDocument) -> [(issuer: String, address: WebAddress)] {
        let name = ".well-known/oauth-authorization-server"
        if let issuer = document.issuer, let address = WebAddress(issuer) {
            let inserted = WebAddress(address.origin.description + "/" + name + address.path)
            return [address.appending(name), inserted].compactMap { $0 }.map { (issuer, $0) }
        }
        guard let authorize = WebAddress(document.authorize) else { return [] }
        var places: [(String, WebAddress)] = []
        var path = authorize.path[...]
        while let slash = path.lastIndex(of: "/"), places.count < 3 {
            path = path[..<slash]
            let issuer = authorize.origin.description + path
            if let address = WebAddress(issuer + "/" + name) { places.append((issuer, address)) }
        }
        return places
    }

    func checkPKCE(_ found: Found) -> Finding<Bool> {
        guard let methods = found.document.challengeMethods else {
            return .warning(
                "the server does not say how it checks codes",
                fix: "The sending payer should publish code_challenge_methods_supported with S256; SMART App Launch 2 asks for it.", true)
        }
        let shown = methods.prefix(5).map { PlainText.shown($0, limit: 20) }.joined(separator: ", ")
        guard methods.contains(where: { $0.utf8.elementsEqual("S256".utf8) }) else {
            return .failed("only \(shown.isEmpty ? "nothing" : shown)", fix: "The sending payer must support PKCE with S256 (RFC 7636).")
        }
        guard methods.count == 1 else {
            return .warning(shown, fix: "The sending payer must stop taking plain; SMART App Launch 2 forbids it.", true)
        }
        return .passed("S256", true)
    }

    func checkMetadata(_ found: Found, _ requests: Requests) async -> Finding<Bool> {
        guard let address = found.base.appending("metadata") else { return .skipped("the FHIR base is too long") }
        let capabilities: CapabilityReader
        do {
            let answer = try await requests.get(address)
            guard answer.status == 200 else {
                return .failed(
                    "\(address.text): \(answer.reason)",
                    fix: "The sending payer must answer /metadata without a token, as FHIR requires.")
            }
            capabilities = try CapabilityReader(answer.body)
        } catch let unfit as CapabilityReader.Unfit {
            return .failed(
                "\(address.text): \(unfit.reason)", fix: "The sending payer must publish a CapabilityStatement of FHIR R4 there.")
        } catch Stop.type(let reason, _) {
            return .failed("\(address.text): \(reason)", fix: "The sending payer must answer /metadata; ask it to look at its server.")
        } catch {
            return .failed("\(address.text): no answer", fix: "The sending payer must answer /metadata; ask it to look at its server.")
        }
        let parts = [
            capabilities.fhirVersion.map { "FHIR \($0)" } ?? "no FHIR version", capabilities.software.text,
            "\(capabilities.searchable) types searchable by patient", capabilities.offersEverything ? "$everything" : nil,
        ]
        let seen = parts.compactMap { $0 }.joined(separator: ", ")
        if !capabilities.readsPatient {
            return .warning(
                seen + ", but no reading of Patient",
                fix: "The sending payer should declare that Patient can be read; without it there is no member.",
                true)
        }
        if capabilities.searchable == 0, !capabilities.offersEverything {
            return .warning(
                seen,
                fix: "The sending payer should declare the search parameter patient of each type; the usual types are asked for meanwhile.",
                true)
        }
        return .passed(seen, true)
    }

    private func smartDocument(_ base: WebAddress, _ requests: Requests) async -> SMARTDocument? {
        await document(base.appending(".well-known/smart-configuration"), requests)
    }

    private func document(_ address: WebAddress?, _ requests: Requests) async -> SMARTDocument? {
        guard let address, let answer = try? await requests.get(address, accept: "application/json"), answer.status == 200 else {
            return nil
        }
        return SMARTDocument(answer.body)
    }
}
