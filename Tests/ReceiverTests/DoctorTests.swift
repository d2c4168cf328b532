import Crypto
import FHIR
import Foundation
import NIOSSL
import Synchronization
import Testing

@testable import Receiver

@Suite("The doctor of a connection")
struct DoctorTests {
    typealias Reply = ScriptServer.Reply
    typealias Seen = ScriptServer.Seen

    /// A server that is well in every way but for what `detour` answers instead.
    private static func server(_ detour: @escaping @Sendable (Seen, String) -> Reply? = { _, _ in nil }) async throws -> ScriptServer {
        try await ScriptServer { seen, base in detour(seen, base) ?? usual(seen, base) }
    }

    private static let json = [("Content-Type", "application/json"), ("Date", Timestamp.now.httpDate)]

    private static func usual(_ seen: Seen, _ base: String) -> Reply {
        switch seen.path {
        case "/demo/r4/.well-known/smart-configuration": Reply(headers: json, body: smart(base))
        case "/demo/oauth2/.well-known/oauth-authorization-server": Reply(headers: json, body: smart(base))
        case "/demo/r4/metadata": Reply(headers: json, body: metadata)
        case "/demo/oauth2/authorize":
            seen.query["client_id"] != "client"
                ? Reply(status: 400, headers: [], body: "<html><title>Sorry</title><p>Unknown client_id</p></html>")
                : seen.query["redirect_uri"] != "https://us.example/callback"
                    ? Reply(status: 400, headers: [], body: "<p>The redirect_uri is not registered.</p>")
                    : Reply(status: 303, headers: [("Location", "/demo/sign-in")])
        case "/demo/oauth2/token":
            Reply(
                status: 400, headers: json,
                body: seen.form["client_secret"] == "right" ? #"{"error":"invalid_grant"}"# : #"{"error":"invalid_client"}"#)
        default: Reply(status: 404, headers: [("Date", Timestamp.now.httpDate)])
        }
    }

    private static func smart(_ base: String, issuer: String? = nil, methods: String = #"["S256"]"#, iss: Bool = true) -> String {
        """
        {"issuer":"\(issuer ?? base + "/demo/oauth2")","authorization_endpoint":"\(base)/demo/oauth2/authorize",
         "token_endpoint":"\(base)/demo/oauth2/token","code_challenge_methods_supported":\(methods),
         "authorization_response_iss_parameter_supported":\(iss)}
        """
    }

    private static let metadata = capabilities(
        #"{"type":"Patient","interaction":[{"code":"read"}],"operation":[{"name":"everything"}]},{"type":"Goal","interaction":[{"code":"search-type"}],"searchParam":[{"name":"patient"}]}"#
    )

    private static func capabilities(_ resources: String, version: String = "4.0.1") -> String {
        #"{"resourceType":"CapabilityStatement","fhirVersion":"\#(version)","software":{"name":"Old Plan"},"rest":[{"mode":"server","resource":[\#(resources)]}]}"#
    }

    private static func options(_ address: String, _ network: NetworkPolicy = .sandbox) -> Doctor.Options {
        var options = Doctor.Options(
            address: address, network: network, clientID: "client", clientSecret: "right", redirectURI: "https://us.example/callback")
        // The machine may be busy with every other test.
        options.limit = .seconds(300)
        return options
    }

    private static func checks(
        _ server: ScriptServer, _ change: (inout Doctor.Options) -> Void = { _ in }, now: @escaping @Sendable () -> Timestamp = { .now }
    ) async -> [DoctorCheck.Subject: DoctorCheck] {
        var options = options(server.base + "/demo")
        change(&options)
        let checks = await Doctor(options, resolver: .system(), now: now).run()
        #expect(checks.map(\.subject) == DoctorCheck.Subject.allCases)
        return Dictionary(checks.map { ($0.subject, $0) }) { first, _ in first }
    }

    @Test("A connection that is well passes everything, and each check is told before and after")
    func well() async throws {
        let server = try await Self.server()
        let told = Mutex<[DoctorProgress]>([])
        let checks = await Doctor(Self.options(server.base + "/demo")).run { progress in told.withLock { $0.append(progress) } }
        await server.stop()
        let host = "127.0.0.1"
        #expect(
            checks == [
                DoctorCheck(.address, .passed, seen: server.base + "/demo"),
                DoctorCheck(.network, .passed, seen: "\(host) is 127.0.0.1, an address of this computer"),
                DoctorCheck(.tls, .skipped(because: "this is plain http on this computer"), seen: ""),
                DoctorCheck(.clock, .passed, seen: "both clocks agree"),
                DoctorCheck(.discovery, .passed, seen: "smart-configuration at \(server.base)/demo/r4"),
                DoctorCheck(.issuer, .passed, seen: "\(server.base)/demo/oauth2, named in every answer"),
                DoctorCheck(.pkce, .passed, seen: "S256"),
                DoctorCheck(.metadata, .passed, seen: "FHIR 4.0.1, Old Plan, 1 types searchable by patient, $everything"),
                DoctorCheck(.redirectURI, .passed, seen: "the authorize endpoint leads to its own sign-in"),
                DoctorCheck(.credentials, .passed, seen: "the token endpoint accepts the client and refuses a made-up code"),
            ])
        let order = told.withLock { $0 }
        #expect(order == checks.flatMap { [DoctorProgress.started($0.subject), .finished($0)] })
        #expect(server.seen.count { $0.path == "/demo/oauth2/authorize" } == 1)
        #expect(!server.seen.contains { $0.path == "/demo/sign-in" }, "nothing is followed")
        #expect(server.seen.count { $0.path == "/demo/oauth2/token" } == 1)
    }

    @Test("Without a client id neither endpoint is asked")
    func anonymous() async throws {
        let server = try await Self.server()
        let checks = await Self.checks(server) { $0.clientID = nil }
        await server.stop()
        #expect(checks[.redirectURI]?.outcome == .skipped(because: "no client id was given"))
        #expect(checks[.credentials]?.outcome == .skipped(because: "no client id was given"))
        #expect(!server.seen.contains { $0.path.contains("/oauth2/authorize") || $0.path.contains("/token") })
    }

    // MARK: Address and network

    @Test(
        "An address that the rules refuse ends it, and every later check says why it was not run",
        arguments: [
            "http://payer.example/r4", "https://payer.example:8443/r4", "https://127.0.0.1/r4", "https://0x7f.1/", "payer.example",
            "https://a.example/?x",
        ])
    func address(_ text: String) async {
        let checks = await Doctor(Self.options(text, .production), resolver: Self.resolver("93.184.216.34")).run()
        #expect(checks.count == 10)
        #expect(checks.first?.isFailure == true)
        #expect(checks.dropFirst().allSatisfy { $0.outcome == .skipped(because: "the address cannot be used") })
    }

    private static func resolver(_ texts: String...) -> NameResolver {
        NameResolver { _ in texts.compactMap { NetworkAddress($0) } }
    }

    @Test("A name with an inner address, and one that nobody knows, end it too")
    func network() async {
        let inner = await Doctor(
            Self.options("https://payer.example/r4", .production), resolver: Self.resolver("93.184.216.34", "10.0.0.8")
        ).run()
        #expect(inner[1].seen == "payer.example leads to 10.0.0.8, an address of a private network")
        #expect(inner[1].isFailure)
        let unknown = await Doctor(
            Self.options("https://payer.example/r4", .production),
            resolver: NameResolver { _ throws(NameResolver.Failure) in throw .unknown }
        ).run()
        #expect(unknown[1].seen == "there is no host payer.example" && unknown[1].isFailure)
        for checks in [inner, unknown] {
            #expect(checks.dropFirst(2).allSatisfy { $0.outcome == .skipped(because: "its network address cannot be used") })
        }
    }

    // MARK: TLS

    private static func trust() throws -> NIOSSLTrustRoots {
        .certificates([try NIOSSLCertificate(bytes: Array(TestCertificates.authority.utf8), format: .pem)])
    }

    private static func secure(
        _ certificate: String, host: String = "payer.example", trust: NIOSSLTrustRoots? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) async throws -> [DoctorCheck] {
        let server = try await ScriptServer(tls: (certificate, TestCertificates.key)) { seen, base in
            usual(seen, base.replacing("http://127.0.0.1", with: "https://payer.example"))
        }
        let network = NetworkPolicy(addresses: .publicOrLoopback, plainHTTP: .never, ports: .any)
        let options = options("https://\(host):\(server.port)/demo", network)
        let checks = await Doctor(options, resolver: resolver("127.0.0.1"), trust: try trust ?? Self.trust(), now: now).run()
        await server.stop()
        return checks
    }

    @Test("Over TLS with a certificate that is trusted everything passes, and its last day is told")
    func tls() async throws {
        let checks = try await Self.secure(TestCertificates.server)
        #expect(checks[2].seen.hasPrefix("TLS 1.3, certificate valid until 2123-01-01"))
        #expect(checks.allSatisfy { $0.outcome == .passed }, "\(checks)")
    }

    @Test("A certificate near its end is a warning")
    func renewal() async throws {
        let late = Timestamp(milliseconds: 4_828_000_000_000)
        let check = try await Self.secure(TestCertificates.server, now: { late })[2]
        #expect(check.outcome == .warning(fix: "The sending payer must renew its certificate before that day."))
    }

    @Test("A certificate that ended, that is for another name, or that nobody trusts fails, each with its own fix")
    func certificates() async throws {
        let expired = try await Self.secure(TestCertificates.expired)[2]
        #expect(expired.seen == "the certificate ended on 2025-01-01" && expired.isFailure)
        let other = try await Self.secure(TestCertificates.server, host: "other.example")[2]
        #expect(other.seen == "the certificate is not for other.example" && other.isFailure)
        let untrusted = try await Self.secure(TestCertificates.server, trust: .default)
        #expect(untrusted[2].seen == "the certificate is not one that this computer trusts" && untrusted[2].isFailure)
        #expect(untrusted.dropFirst(3).allSatisfy { $0.outcome == .skipped(because: "no secure connection came about") })
    }

    @Test("A server without TLS, and a port where nothing listens, are told apart")
    func noTLS() async throws {
        let network = NetworkPolicy(addresses: .publicOrLoopback, plainHTTP: .never, ports: .any)
        let plain = try await Self.server()
        let port = plain.port
        let options = Self.options("https://payer.example:\(port)/demo", network)
        let spoken = await Doctor(options, resolver: Self.resolver("127.0.0.1")).run()[2]
        await plain.stop()
        #expect(spoken.seen == "no secure connection came about" && spoken.isFailure)
        let silent = await Doctor(options, resolver: Self.resolver("127.0.0.1")).run()[2]
        #expect(silent.seen == "https://payer.example:\(port) does not accept connections" && silent.isFailure)
    }

    // MARK: Clock

    @Test(
        "A clock that is off is a warning after a minute and a failure after five",
        arguments: [(0, "PASS"), (-45, "PASS"), (45, "PASS"), (-90, "WARN"), (90, "WARN"), (-400, "FAIL"), (400, "FAIL")])
    func clock(_ seconds: Int, _ word: String) async throws {
        let server = try await Self.server()
        let checks = await Self.checks(server, now: { Timestamp.now.adding(seconds: -seconds) })
        await server.stop()
        #expect(checks[.clock]?.outcome.word == word)
        if seconds < -60 { #expect(checks[.clock]?.seen.hasSuffix("behind") == true) }
        if seconds > 60 { #expect(checks[.clock]?.seen.hasSuffix("ahead") == true) }
        #expect(checks[.credentials]?.outcome == .passed, "it goes on")
    }

    // MARK: Documents

    @Test("Nothing there: what was tried is told, and the rest is skipped")
    func nothing() async throws {
        let server = try await ScriptServer { _, _ in .init(status: 404) }
        let checks = await Self.checks(server)
        await server.stop()
        #expect(checks[.discovery]?.isFailure == true)
        #expect(checks[.discovery]?.seen.contains("/demo/r4/metadata: 404") == true)
        #expect(checks[.credentials]?.outcome == .skipped(because: "no FHIR server was found"))
        #expect(checks[.clock]?.outcome == .skipped(because: "the server tells no date"))
    }

    @Test("A server that names its endpoints only in the CapabilityStatement gets a warning")
    func oauthURIs() async throws {
        let server = try await Self.server { seen, base in
            if seen.path.contains(".well-known") { return Reply(status: 404) }
            guard seen.path == "/demo/r4/metadata" else { return nil }
            return Reply(
                body: #"""
                    {"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"security":{"extension":[
                     {"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris","extension":[
                      {"url":"token","valueUri":"\#(base)/demo/oauth2/token"},{"url":"authorize","valueUri":"\#(base)/demo/oauth2/authorize"}]}]}}]}
                    """#)
        }
        let checks = await Self.checks(server)
        await server.stop()
        #expect(checks[.discovery]?.outcome.word == "WARN")
        #expect(checks[.issuer]?.outcome.word == "WARN")
        #expect(checks[.pkce]?.outcome.word == "WARN")
        #expect(checks[.metadata]?.outcome.word == "WARN")
        #expect(checks[.credentials]?.outcome == .passed)
    }

    @Test("A document that sends the secret into this network is refused")
    func insideNetwork() async throws {
        let server = try await Self.server { seen, base in
            guard seen.path.hasSuffix("smart-configuration") else { return nil }
            return Reply(body: Self.smart(base).replacing("\(base)/demo/oauth2/token", with: "https://10.0.0.8/token"))
        }
        let checks = await Self.checks(server)
        await server.stop()
        #expect(checks[.discovery]?.isFailure == true)
        #expect(checks[.discovery]?.seen.contains("https://10.0.0.8") == true)
    }

    @Test("The issuer: another one in its own document, other endpoints, none at all, no promise to name it, or not the one of before")
    func issuer() async throws {
        func outcome(_ detour: @escaping @Sendable (Seen, String) -> Reply?, _ change: (inout Doctor.Options) -> Void = { _ in })
            async throws
            -> DoctorCheck?
        {
            let server = try await Self.server(detour)
            let checks = await Self.checks(server, change)
            await server.stop()
            return checks[.issuer]
        }
        let other = try await outcome { seen, base in
            seen.path.contains("oauth-authorization-server") ? Reply(body: Self.smart(base, issuer: "https://evil.example")) : nil
        }
        #expect(other?.isFailure == true && other?.seen.contains("calls itself https://evil.example") == true)
        let endpoints = try await outcome { seen, base in
            seen.path.contains("oauth-authorization-server") ? Reply(body: Self.smart(base).replacing("/token\"", with: "/token2\"")) : nil
        }
        #expect(endpoints?.isFailure == true && endpoints?.seen.hasSuffix("names other endpoints than smart-configuration does") == true)
        let none = try await outcome { seen, base in
            if seen.path.contains("oauth-authorization-server") { return Reply(status: 404) }
            return seen.path.contains("smart-conf") ? Reply(body: Self.smart(base).replacing(#""issuer""#, with: #""x""#)) : nil
        }
        #expect(none?.outcome.word == "WARN" && none?.seen.hasPrefix("no issuer is named") == true)
        let hidden = try await outcome { seen, base in
            seen.path.contains("smart-conf") ? Reply(body: Self.smart(base).replacing(#""issuer""#, with: #""x""#)) : nil
        }
        #expect(hidden?.outcome == .passed, "RFC 8414's document has it: \(String(describing: hidden))")
        let silent = try await outcome { seen, base in seen.path.contains(".well-known") ? Reply(body: Self.smart(base, iss: false)) : nil }
        #expect(silent?.outcome.word == "WARN" && silent?.seen.hasSuffix("does not promise to name itself in its answers") == true)
        let changed = try await outcome({ _, _ in nil }) { $0.expectedIssuer = "https://before.example" }
        #expect(changed?.isFailure == true && changed?.seen.hasSuffix("was https://before.example when this payer was added") == true)
    }

    @Test(
        "PKCE: S256 and nothing else",
        arguments: [
            (#"["S256"]"#, "PASS"), (#"["plain","S256"]"#, "WARN"), (#"["plain"]"#, "FAIL"), (#"["s256"]"#, "FAIL"), ("[]", "WARN"),
            ("null", "WARN"),
        ])
    func pkce(_ methods: String, _ word: String) async throws {
        let server = try await Self.server { seen, base in
            seen.path.contains("smart-conf") ? Reply(body: Self.smart(base, methods: methods)) : nil
        }
        let checks = await Self.checks(server)
        await server.stop()
        #expect(checks[.pkce]?.outcome.word == word)
    }

    @Test("The CapabilityStatement: another FHIR version, none, not JSON, no Patient, nothing to search")
    func metadata() async throws {
        for (reply, word, seen) in [
            (Reply(body: Self.capabilities("", version: "5.0.0")), "FAIL", "the server speaks FHIR 5.0.0, not R4"),
            (Reply(status: 401, body: "{}"), "FAIL", "the server answered 401"),
            (Reply(body: "<html>"), "FAIL", "it is not JSON that this program reads"),
            (Reply(status: 302, headers: [("Location", "https://evil.example/x")]), "FAIL", "points to https://evil.example"),
            (
                Reply(
                    body: Self.capabilities(#"{"type":"Goal","interaction":[{"code":"search-type"}],"searchParam":[{"name":"patient"}]}"#)),
                "WARN", "no reading of Patient"
            ),
            (
                Reply(body: Self.capabilities(#"{"type":"Patient","interaction":[{"code":"read"}]}"#)), "WARN",
                "0 types searchable by patient"
            ),
        ] {
            let server = try await Self.server { asked, _ in asked.path == "/demo/r4/metadata" ? reply : nil }
            let check = await Self.checks(server)[.metadata]
            await server.stop()
            #expect(check?.outcome.word == word && check?.seen.contains(seen) == true, "\(String(describing: check))")
        }
    }

    // MARK: Registration

    @Test("An unknown client, an unregistered redirect address and a wrong secret each name what the developer must do")
    func registration() async throws {
        let server = try await Self.server()
        let client = await Self.checks(server) { $0.clientID = "somebody" }[.redirectURI]
        #expect(client?.seen == "the authorize endpoint answered 400: Sorry")
        #expect(client?.fix?.hasPrefix("Your developer must compare the client id") == true)
        let redirect = await Self.checks(server) { $0.redirectURI = "https://us.example/other" }[.redirectURI]
        #expect(redirect?.fix?.hasPrefix("Your developer must register https://us.example/other with the sending payer") == true)
        let secret = await Self.checks(server) { $0.clientSecret = "wrong" }[.credentials]
        #expect(secret?.isFailure == true && secret?.seen == "the token endpoint answered invalid_client")
        await server.stop()
    }

    @Test(
        "What the token endpoint says to a made-up code",
        arguments: [
            (400, #"{"error":"invalid_grant"}"#, "PASS"), (401, #"{"error":"invalid_client"}"#, "FAIL"), (401, "", "FAIL"),
            (400, #"{"error":"unauthorized_client"}"#, "FAIL"), (400, #"{"error":"invalid_request"}"#, "WARN"), (500, "oops", "FAIL"),
            (200, #"{"access_token":"t","token_type":"Bearer"}"#, "FAIL"), (302, "", "FAIL"),
        ])
    func token(_ status: Int, _ body: String, _ word: String) async throws {
        let server = try await Self.server { seen, _ in seen.path == "/demo/oauth2/token" ? Reply(status: status, body: body) : nil }
        let checks = await Self.checks(server)
        await server.stop()
        #expect(checks[.credentials]?.outcome.word == word, "\(String(describing: checks[.credentials]))")
    }

    @Test("A server that accepts and never answers ends within the time of its check, and the rest is told as skipped")
    func silence() async throws {
        let silent = try await SilentServer()
        var options = Self.options(silent.base + "/demo")
        // Long enough for the checks before, also where many tests run at once; the requests of this one take longer together.
        options.limit = .seconds(20)
        let checks = await Doctor(options, resolver: .system()).run()
        await silent.stop()
        #expect(checks.map(\.subject) == DoctorCheck.Subject.allCases)
        #expect(checks[4].isFailure && checks[4].seen == "no end within 20 seconds")
        #expect(checks[9].outcome == .skipped(because: "no FHIR server was found"))
    }

    @Test("Words of the server cannot steer the terminal, and as JSON every check says the same")
    func words() async throws {
        let server = try await Self.server { seen, _ in
            seen.path == "/demo/oauth2/token" ? Reply(status: 400, body: #"{"error":"a\u001b[2J","error_description":"b\nc"}"#) : nil
        }
        let checks = await Self.checks(server)
        await server.stop()
        let check = try #require(checks[.credentials])
        #expect(check.seen == "the token endpoint answered a [2J, b c")
        let json = String(decoding: check.document.json, as: UTF8.self)
        #expect(json.hasPrefix(#"{"check":"credentials","fix":"The sending payer"#) && json.contains(#""outcome":"fail""#))
    }
}
