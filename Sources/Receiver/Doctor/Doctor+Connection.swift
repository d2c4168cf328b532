import FHIR

/// From the address to a connection: everything below HTTP, and the clocks.
extension Doctor {
    func checkAddress() -> Finding<WebAddress> {
        let text = PlainText.shown(options.address)
        guard let address = WebAddress(options.address), !address.text.utf8.contains(UInt8(ascii: "?")) else {
            return .failed(
                "\"\(text)\" is not an http or https address",
                fix: "Your operator must enter the plan's address without a query, such as https://api.example.com/r4.")
        }
        do throws(NetworkPolicy.Forbidden) {
            try options.network.check(address.origin)
        } catch {
            return .failed(
                "\(address.origin) \(error.reason)",
                fix: "Your operator must enter the plan's public https address, and register its port if it is another than 443.")
        }
        return .passed(address.text, address)
    }

    func checkNetwork(_ address: WebAddress) async -> Finding<[NetworkAddress]> {
        let host = address.origin.host
        let found: [NetworkAddress]
        if let literal = address.origin.literal {
            found = [literal]
        } else {
            do throws(NameResolver.Failure) {
                found = try await resolver.addresses(host)
            } catch {
                switch error {
                case .unknown:
                    return .failed(
                        "there is no host \(host)",
                        fix:
                            "Your operator must compare the address with the one that the sending payer publishes; there is a typing error in one."
                    )
                case .silent:
                    return .failed(
                        "the name \(host) could not be looked up", fix: "Your network team must check this computer's name service (DNS).")
                }
            }
        }
        do throws(NetworkPolicy.Forbidden) {
            try options.network.check(found, of: address.origin)
        } catch {
            return .failed(
                "\(host) \(error.reason)",
                fix: "The sending payer must publish its server under public addresses only; ask it whether this name is the right one.")
        }
        let shown = found.prefix(4).map { "\($0.text)\($0.kind == .public ? "" : ", \($0.kind.words)")" }.joined(separator: "; ")
        return .passed("\(host) is \(shown)", found)
    }

    /// How long before its end a certificate should be renewed.
    private static let renewal = 14 * 86_400

    func checkTLS(_ address: WebAddress, _ places: [NetworkAddress]) async -> Finding<Bool> {
        guard address.origin.isSecure else {
            guard !address.origin.isLoopback else { return .skipped("this is plain http on this computer", true) }
            return .warning(
                "plain http to another computer", fix: "The sending payer must offer https before any member's record is asked for.", true)
        }
        let probe = TLSProbe(host: address.origin.literal == nil ? address.origin.host : nil, port: address.origin.port, trust: trust)
        switch await probe.ask(places) {
        case .secure(let version, let ends):
            let seen = version + (ends.map { ", certificate valid until \($0.date)" } ?? "")
            if let ends, ends < now().adding(seconds: Self.renewal) {
                return .warning(seen, fix: "The sending payer must renew its certificate before that day.", true)
            }
            return .passed(seen, true)
        case .unreachable:
            return .failed(
                "\(address.origin) does not accept connections",
                fix:
                    "Your network team must allow outgoing connections to port \(address.origin.port); if it does, the sending payer must start its server."
            )
        case .expired(let ends):
            return .failed("the certificate ended on \(ends.date)", fix: "The sending payer must renew its certificate.")
        case .otherName:
            return .failed(
                "the certificate is not for \(address.origin.host)",
                fix:
                    "Your operator must compare the address with the one that the sending payer publishes; if it is right, the payer must add this name to its certificate."
            )
        case .untrusted:
            return .failed(
                "the certificate is not one that this computer trusts",
                fix: "The sending payer must use a certificate of a public authority and send the whole chain with it.")
        case .refused:
            return .failed(
                "no secure connection came about", fix: "The sending payer must offer TLS 1.2 or 1.3 at port \(address.origin.port).")
        }
    }

    func checkClock(_ address: WebAddress, _ courier: Courier) async -> Finding<Bool> {
        let before = now()
        let answer: HTTPAnswer
        do throws(Courier.Failure) {
            answer = try await courier.get(address.appending("metadata") ?? address, accept: Requests.fhirJSON, redirects: .answer)
        } catch {
            return .skipped("there was no answer with a date (\(error.reason))")
        }
        guard let theirs = answer.date.flatMap({ Timestamp(httpDate: $0) }) else { return .skipped("the server tells no date") }
        // The header has whole seconds, and the answer was on its way.
        let ours = now()
        let ahead = theirs.seconds - ours.seconds
        let behind = before.seconds - theirs.seconds - 1
        let off = max(ahead, behind, 0)
        let seen = off == 0 ? "both clocks agree" : "the server's clock is \(off) seconds \(ahead > 0 ? "ahead" : "behind")"
        let fix = "Your operator must first check this computer's time (timedatectl); if it is right, the sending payer must set its clock."
        if off > 300 { return .failed(seen, fix: fix) }
        if off > 60 { return .warning(seen, fix: fix, true) }
        return .passed(seen, true)
    }
}
