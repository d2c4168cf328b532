import Exchange
import Foundation
import Synthetic
import TestSupport
import Testing

/// Where a plan is served, what its documents say of its addresses, and what is answered where nothing is.
struct PlaceTests {
    private func addresses(_ answer: WebAnswer) -> [String: String] {
        answer.object.compactMapValues { $0 as? String }
    }

    @Test func `the discovery documents name the exact addresses, wherever they are asked for`() async throws {
        try await RunningSite.with { site in
            let root = site.address + "/demo/oauth2"
            let demo = [
                "authorization_endpoint": root + "/authorize/payer2payer", "token_endpoint": root + "/token",
                "revocation_endpoint": root + "/revoke", "introspection_endpoint": root + "/introspect",
            ]
            let other = [
                "authorization_endpoint": "https://auth.example.com/oauth2/authorize/payer2payer",
                "token_endpoint": "https://auth.example.com/oauth2/token", "revocation_endpoint": "https://auth.example.com/oauth2/revoke",
                "introspection_endpoint": "https://auth.example.com/oauth2/introspect",
            ]
            let issuers = [
                site.address + "/.well-known/oauth-authorization-server/demo/oauth2": (root, demo),
                root + "/.well-known/oauth-authorization-server": (root, demo),
                // RFC 8414 §3.1: between the host and the issuer's path.
                "https://auth.example.com/.well-known/oauth-authorization-server/oauth2": ("https://auth.example.com/oauth2", other),
                "https://auth.example.com/oauth2/.well-known/oauth-authorization-server": ("https://auth.example.com/oauth2", other),
                site.address + "/.well-known/oauth-authorization-server/other/oauth2": ("https://auth.example.com/oauth2", other),
            ]
            for (address, (issuer, expected)) in issuers {
                let answer = try await site.get(address)
                #expect(answer.status == 200 && answer.header("Content-Type") == "application/json", "\(address)")
                #expect(answer.header("Access-Control-Allow-Origin") == "*")
                var wanted = expected
                wanted["issuer"] = issuer
                #expect(addresses(answer) == wanted, "\(address)")
                #expect(answer.object["code_challenge_methods_supported"] as? [String] == ["S256"])
                #expect(answer.object["authorization_response_iss_parameter_supported"] as? Bool == true)
            }
            let documents = [
                site.address + "/demo/r4/.well-known/smart-configuration": demo,
                "https://api.example.com/r4/.well-known/smart-configuration": other,
                site.address + "/other/r4/.well-known/smart-configuration": other,
            ]
            for (address, expected) in documents {
                let answer = try await site.get(address)
                #expect(answer.status == 200 && addresses(answer) == expected, "\(address) \(answer.text)")
                #expect((answer.object["capabilities"] as? [String])?.contains("launch-standalone") == true)
            }
        }
    }

    @Test func `metadata is true, needs no token and names nothing that is never shared`() async throws {
        try await RunningSite.with { site in
            for (address, base) in [
                ("/demo/r4/metadata", site.demo.addresses.fhir), ("https://api.example.com/r4/metadata", "https://api.example.com/r4"),
            ] {
                let answer = try await site.get(address)
                #expect(answer.status == 200 && answer.header("Content-Type") == "application/fhir+json; charset=utf-8")
                #expect(answer.string("fhirVersion") == "4.0.1" && answer.string("kind") == "instance")
                #expect((answer.object["implementation"] as? [String: Any])?["url"] as? String == base)
                let rest = try #require((answer.object["rest"] as? [[String: Any]])?.first)
                let types = (rest["resource"] as? [[String: Any]])?.compactMap { $0["type"] as? String } ?? []
                #expect(types.count == 27 && Set(types).isDisjoint(with: FHIRTests.neverShared))
                for name in FHIRTests.neverShared { #expect(!answer.text.contains("\"\(name)\"")) }
                let interactions = (rest["resource"] as? [[String: Any]])?.flatMap { $0["interaction"] as? [[String: String]] ?? [] } ?? []
                #expect(Set(interactions.compactMap { $0["code"] }) == ["read", "vread", "search-type"])
            }
            let links = try await site.get("/other/r4/metadata").text
            #expect(links.contains("https://auth.example.com/oauth2/token") && !links.contains("127.0.0.1"))
        }
    }

    @Test func `a plan at its own hosts answers at their root exactly as the documented calls ask`() async throws {
        try await RunningSite.with { site in
            let member = MadePlans.other.member(at: MadePlans.tiny)
            let tokens = try await site.tokens(member: member, plan: site.other)
            let answer = try await site.get("https://api.example.com/r4/Patient", tokens.bearer)
            #expect(answer.status == 200 && answer.object["total"] as? Int == 1)
            #expect(answer.text.contains("\"fullUrl\":\"https://api.example.com/r4/Patient/\(tokens.patient)\""))
            #expect(!answer.text.contains("127.0.0.1"))
            #expect(try await site.get("/other/r4/Patient", tokens.bearer).comparable == answer.comparable, "the same under the path")
            #expect(try await site.get("https://API.Example.com/r4/Patient", tokens.bearer).status == 200, "host names have no case")
            let missing = try await site.get("https://api.example.com/r4/Patient/1/2/3", tokens.bearer)
            #expect(missing.status == 404 && missing.string("resourceType") == "OperationOutcome")
            #expect(missing.text.contains("https://api.example.com/r4/metadata"), "a link a caller can follow: \(missing.text)")
        }
    }

    @Test func `another host's name is answered with 421 and nothing else`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let hosts = [
                "evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:\(site.port)", "auth.example.com:8080",
                "auth.example.com.evil.example",
                "xauth.example.com", "auth.example.com.", "",
            ]
            for host in hosts {
                for path in ["/demo/r4/Patient", "/", "/demo/oauth2/authorize/payer2payer"] {
                    let answer = try await site.get(path, [("Host", host)] + tokens.bearer)
                    #expect(answer.status == 421 || (host.isEmpty && answer.status == 400), "\(host) \(path): \(answer.status)")
                    #expect(!answer.text.contains(tokens.patient))
                }
            }
        }
    }

    @Test func `links never come from what a request says of itself`() async throws {
        try await RunningSite.with { site in
            let lies = [
                ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("Forwarded", "host=evil.example;proto=https"),
                ("X-Original-URL", "/evil"), ("X-Rewrite-URL", "/evil"), ("X-Forwarded-Prefix", "/evil"),
                ("Origin", "https://evil.example"),
                ("Referer", "https://evil.example/"),
            ]
            let tokens = try await site.tokens()
            let pages = [
                "/demo/r4/Observation?_count=1", "/demo/r4/metadata", "/demo/r4/.well-known/smart-configuration",
                "/.well-known/oauth-authorization-server/demo/oauth2", "https://api.example.com/r4/metadata",
            ]
            for address in pages {
                let plain = try await site.get(address, tokens.bearer)
                let lied = try await site.get(address, tokens.bearer + lies)
                #expect(lied.status == 200 && !lied.text.contains("evil"), "\(address)")
                // Page links are sealed anew each time.
                if !address.contains("?") { #expect(plain.comparable == lied.comparable, "\(address)") }
            }
            let begun = try await site.web.send("GET", site.authorize(site.apps.payer), headers: lies)
            #expect(begun.header("Location")?.hasPrefix(site.demo.addresses.authorization + "/authorization/") == true)
        }
    }

    @Test func `where nothing is, each surface says so in its own form`() async throws {
        try await RunningSite.with { site in
            let bearer = try await site.tokens().bearer
            for path in [
                "/demo/r4", "/demo/r4/", "/demo/r4/Patient/x/y", "/demo/r4/Patient/x/_history/1/2/3", "/demo/r4/_history",
                "/demo/r4/$export",
            ] {
                let answer = try await site.get(path, bearer)
                #expect(
                    answer.status == 404 && answer.string("resourceType") == "OperationOutcome", "\(path): \(answer.status) \(answer.text)")
                #expect(answer.header("Content-Type") == "application/fhir+json; charset=utf-8", "\(path)")
            }
            for path in ["/demo/oauth2", "/demo/oauth2/nothing", "/demo/oauth2/authorize", "/demo/oauth2/register"] {
                let answer = try await site.get(path)
                #expect(answer.status == 404 && answer.string("error") != nil, "\(path): \(answer.status) \(answer.text)")
            }
            for path in ["/demo/oauth2/authorization/0123456789abcdef0123456789abcdef/nothing", "/demo/oauth2/authorization/x"] {
                let answer = try await site.get(path)
                #expect(answer.status == 404 && answer.text.contains("<h1>"), "\(path): \(answer.status) \(answer.text)")
            }
            for path in [
                "/", "/nothing", "/nobody/r4/Patient", "/sandbox/mail", "/sandbox/mail.json", "/sandbox/callback", "/demo",
                "/../../etc/passwd", "/demo/r4/..%2f..%2fetc",
            ] {
                let answer = try await site.get(path)
                #expect(answer.status == 404 || answer.status == 401, "\(path): \(answer.status) \(answer.text)")
            }
        }
    }

    @Test func `only a sandbox has a sandbox's pages`() async throws {
        try await RunningSite.with(isSandbox: true) { site in
            for path in ["/", "/sandbox/mail", "/sandbox/mail.json?to=a@example.com", "/sandbox/callback?code=x&state=%3Cb%3E"] {
                let answer = try await site.get(path)
                #expect(answer.status == 200 && !answer.text.contains("<b>"), "\(path)")
            }
        }
    }

    @Test func `files of the pages are served, and only those`() async throws {
        try await RunningSite.with { site in
            for root in ["/assets", "/demo/oauth2/assets", "https://auth.example.com/oauth2/assets"] {
                for name in ["style.css", "page.js", "icon.svg"] {
                    let answer = try await site.get("\(root)/\(name)")
                    #expect(answer.status == 200 && !answer.body.isEmpty)
                    let tag = try #require(answer.header("ETag"))
                    #expect(try await site.get("\(root)/\(name)", [("If-None-Match", tag)]).status == 304)
                }
                for name in ["..%2f..%2fPackage.swift", "nothing.css", "layout.mustache"] {
                    #expect(try await site.get("\(root)/\(name)").status == 404)
                }
            }
        }
    }
}
