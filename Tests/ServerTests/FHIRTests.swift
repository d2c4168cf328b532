import Exchange
import Foundation
import Synthetic
import TestSupport
import Testing
import Trust

/// The FHIR API: who may read what, and that nothing else can be learnt.
struct FHIRTests {
    static let neverShared = ["ExplanationOfBenefit", "Coverage", "Claim", "ClaimResponse"]
    private static let root = "/demo/r4"

    /// An id of each type that this member has.
    private static func ids(_ index: Int) -> [String: String] {
        var found: [String: String] = [:]
        for key in MadePlans.shared(of: index).keys.sorted() {
            let parts = key.split(separator: "/")
            found[String(parts[0])] = String(parts[1])
        }
        return found
    }

    private static func entries(_ answer: WebAnswer) -> [[String: Any]] {
        (answer.object["entry"] as? [[String: Any]] ?? []).compactMap { $0["resource"] as? [String: Any] }
    }
    private static func link(_ relation: String, _ answer: WebAnswer) -> String? {
        (answer.object["link"] as? [[String: String]] ?? []).first { $0["relation"] == relation }?["url"]
    }

    @Test func `without a live token of this plan nothing is said`() async throws {
        try await RunningSite.with { site in
            let member = MadePlans.other.member(at: MadePlans.tiny)
            let foreign = try await site.tokens(member: member, plan: site.other)
            let expired = try await site.tokens()
            site.clock.advance(seconds: 3600)
            let refresh = try await site.tokens().refresh
            func row(_ name: String, _ headers: [(String, String)], _ challenge: String, _ status: Int = 401) -> [Scenario] {
                ["/Patient", "/Patient/\(site.member.patientID)", "/Observation", "/Coverage", "/Nothing"].map {
                    Scenario(
                        name: "\(name) \($0)", address: Self.root + $0, headers: headers, status: status,
                        contains: ["\"resourceType\":\"OperationOutcome\""], lacks: [site.member.lastName, "\"resourceType\":\"Bundle\""],
                        answers: ["WWW-Authenticate": challenge, "Content-Type": "application/fhir+json; charset=utf-8"])
                }
            }
            let invalid =
                #"Bearer realm="demo", error="invalid_token", error_description="The access token is unknown, expired or revoked.""#
            try await site.check(
                row("nobody", [], #"Bearer realm="demo""#)
                    + row("Basic", [("Authorization", site.apps.payer.basic)], #"Bearer realm="demo""#)
                    + row("unknown", [("Authorization", "Bearer \(Secret.make(.accessToken).text)")], invalid)
                    + row("no shape", [("Authorization", "Bearer abc")], invalid)
                    + row("expired", expired.bearer, invalid)
                    + row("another plan's", foreign.bearer, invalid)
                    + row("refresh token", [("Authorization", "Bearer \(refresh)")], invalid)
                    + row("in the query", [], #"Bearer realm="demo""#).map {
                        var row = $0
                        row = Scenario(
                            name: row.name, address: row.address + "?access_token=\(expired.access)", status: 401, contains: row.contains,
                            lacks: row.lacks, answers: row.answers)
                        return row
                    })
            let malformed = try await site.get(Self.root + "/Patient", [("Authorization", "Bearer a b")])
            #expect(malformed.status == 400 && malformed.header("WWW-Authenticate")?.contains("invalid_request") == true)
        }
    }

    @Test func `a read gives the stored bytes, and so do its other forms`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            for (key, made) in MadePlans.shared(of: MadePlans.tiny) {
                let answer = try await site.get("\(Self.root)/\(key)", tokens.bearer)
                #expect(answer.status == 200, "\(key)")
                #expect(answer.header("ETag") == "W/\"1\"")
                #expect(answer.header("Last-Modified") != nil)
                #expect(StoredMeta.removed(answer.body) == StoredMeta.removed(made), "\(key)\n\(answer.text)")
            }
            let address = "\(Self.root)/Patient/\(tokens.patient)"
            let plain = try await site.get(address, tokens.bearer)
            let head = try await site.web.send("HEAD", site.absolute(address), headers: tokens.bearer)
            #expect(head.status == 200 && head.body.isEmpty && head.header("ETag") == plain.header("ETag"))
            #expect(head.header("Content-Length") == "\(plain.body.count)")
            #expect(try await site.get(address + "/_history/1", tokens.bearer).comparable == plain.comparable)
            #expect(try await site.get(address + "/_history/2", tokens.bearer).status == 404)
            for known in ["W/\"1\"", "\"0\", W/\"1\"", "\"1\"", "*"] {
                let answer = try await site.get(address, tokens.bearer + [("If-None-Match", known)])
                #expect(answer.status == 304 && answer.body.isEmpty, "RFC 9110 §13.1.2: \(known)")
            }
            #expect(try await site.get(address, tokens.bearer + [("If-None-Match", "W/\"2\"")]).status == 200)
        }
    }

    @Test func `another member's resource answers byte for byte like one that does not exist`() async throws {
        try await RunningSite.with { site in
            let bearer = try await site.tokens().bearer
            let mine = Set(MadePlans.shared(of: MadePlans.tiny).keys)
            for (type, id) in Self.ids(MadePlans.second) {
                #expect(!mine.contains("\(type)/\(id)"))
                for suffix in ["", "/_history/1"] {
                    for method in ["GET", "HEAD"] {
                        let theirs = try await site.web.send(method, site.absolute("\(Self.root)/\(type)/\(id)\(suffix)"), headers: bearer)
                        let nobodys = try await site.web.send(
                            method, site.absolute("\(Self.root)/\(type)/nothing-here\(suffix)"), headers: bearer)
                        #expect(theirs.status == 404 && theirs.comparable == nobodys.comparable, "\(method) \(type)/\(id)\(suffix)")
                    }
                }
                let found = try await site.get("\(Self.root)/\(type)?_id=\(id)", bearer)
                #expect(found.status == 200 && found.object["total"] as? Int == 0)
            }
            let theirs = site.second.patientID
            for query in ["patient=\(theirs)", "patient=Patient/\(theirs)", "subject=Patient/\(theirs)", "patient:Patient=\(theirs)"] {
                let found = try await site.get("\(Self.root)/Observation?\(query)", bearer)
                #expect(found.status == 200 && found.object["total"] as? Int == 0 && !found.text.contains(site.second.lastName), "\(query)")
            }
            let both = try await site.get("\(Self.root)/Observation?patient=\(theirs),\(site.member.patientID)", bearer)
            #expect(
                Self.entries(both).allSatisfy { ($0["subject"] as? [String: String])?["reference"] == "Patient/\(site.member.patientID)" })
        }
    }

    @Test func `what is never shared is refused whatever is stored, the same for all`() async throws {
        try await RunningSite.with { site in
            let bearer = try await site.tokens().bearer
            for type in Self.neverShared {
                var answers: Set<String> = []
                for path in ["", "/1", "?patient=\(site.member.patientID)", "/_search", "/1/_history/1", "?_id=1"] {
                    let isForm = path == "/_search"
                    let answer =
                        isForm
                        ? try await site.post("\(Self.root)/\(type)\(path)", [("_count", "1")], bearer)
                        : try await site.get("\(Self.root)/\(type)\(path)", bearer)
                    #expect(answer.status == 403 && answer.string("resourceType") == "OperationOutcome", "\(type)\(path): \(answer.status)")
                    answers.insert(answer.comparable)
                }
                #expect(answers.count == 1, "\(type)")
            }
            // Also with a scope that names it, which is granted for nothing.
            let asked = try await site.exchange(try await site.code([("scope", "patient/*.rs patient/Coverage.rs")]).text)
            let wide = try site.tokens(in: asked)
            #expect(try await site.get("\(Self.root)/Coverage", wide.bearer).status == 403)
        }
    }

    @Test func `nothing of what is never shared comes out of any search of any type`() async throws {
        try await RunningSite.with { site in
            let bearer = try await site.tokens().bearer
            for type in try await types(site) {
                for query in [
                    "_count=1000", "_count=1000&_include=*", "_count=1000&_revinclude=Provenance:target", "_count=1000&_elements=id",
                    "_contained=true",
                ] {
                    let answer = try await site.get("\(Self.root)/\(type)?\(query)", bearer)
                    #expect(answer.status == 200 || answer.status == 400, "\(type)?\(query): \(answer.status)")
                    for name in Self.neverShared { #expect(!answer.text.contains("\"resourceType\":\"\(name)\""), "\(type)?\(query)") }
                    #expect(!answer.text.contains(site.second.patientID), "\(type)?\(query)")
                }
            }
        }
    }

    @Test func `a search gives the whole of what the member has, page by page`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens(member: site.second)
            let made = MadePlans.shared(of: MadePlans.second).keys.filter { $0.hasPrefix("Observation/") }
            var seen: [String] = []
            var next: String? = "\(Self.root)/Observation?_count=7"
            while let address = next {
                let page = try await site.get(address, tokens.bearer)
                #expect(page.status == 200 && page.object["total"] as? Int == made.count)
                #expect(page.string("type") == "searchset")
                seen += Self.entries(page).compactMap { $0["id"] as? String }.map { "Observation/\($0)" }
                next = Self.link("next", page)
                if let next { #expect(next.hasPrefix(site.demo.addresses.fhir + "/Observation?")) }
            }
            #expect(seen.count > 7 && seen.count == Set(seen).count && Set(seen) == Set(made))
            let one = try await site.get("\(Self.root)/Patient", tokens.bearer)
            #expect(Self.entries(one).map { $0["id"] as? String } == [site.second.patientID], "the documented call")
            let none = try await site.get("\(Self.root)/Observation?_summary=count", tokens.bearer)
            #expect(none.object["total"] as? Int == made.count && Self.entries(none).isEmpty)
            #expect(try await site.get("\(Self.root)/Observation?_count=0", tokens.bearer).object["total"] as? Int == made.count)
        }
    }

    @Test func `POST _search answers as GET does`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens(member: site.second)
            let searches: [[(String, String)]] = [
                [("_count", "1000")], [("category", "vital-signs"), ("_count", "1000")], [("status", "final"), ("_count", "1000")],
                [("patient", tokens.patient), ("_count", "1000")],
                [("patient", "someone-else")], [("_id", "a,b")],
                [("category", "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"), ("_count", "1000")],
            ]
            for fields in searches {
                let get = try await site.get("\(Self.root)/Observation?" + WebForm.encoded(fields), tokens.bearer)
                let post = try await site.post("\(Self.root)/Observation/_search", fields, tokens.bearer)
                #expect(get.status == 200 && get.comparable == post.comparable, "\(fields)")
            }
            let split = try await site.post("\(Self.root)/Observation/_search?category=vital-signs", [("_count", "1000")], tokens.bearer)
            #expect(
                Set(Self.entries(split).compactMap { $0["id"] as? String })
                    == Set(
                        Self.entries(try await site.get("\(Self.root)/Observation?category=vital-signs&_count=1000", tokens.bearer))
                            .compactMap { $0["id"] as? String }))
            let form = "application/x-www-form-urlencoded"
            for (type, body) in [("application/json", "{}"), ("text/plain", "category=x"), (form, "code=%ZZ"), (form, "code=%FF")] {
                let answer = try await site.web.send(
                    "POST", site.absolute("\(Self.root)/Observation/_search"), headers: tokens.bearer + [("Content-Type", type)],
                    body: Array(body.utf8))
                #expect((400...415).contains(answer.status) && answer.string("resourceType") == "OperationOutcome")
            }
            let large = try await site.post(
                "\(Self.root)/Observation/_search", [("code", String(repeating: "a", count: 30_000))], tokens.bearer)
            #expect((400...413).contains(large.status) && large.string("resourceType") == "OperationOutcome")
        }
    }

    @Test func `searches that make no sense are refused with the reason`() async throws {
        try await RunningSite.with { site in
            let bearer = try await site.tokens().bearer
            func row(_ query: String, _ status: Int = 400, _ more: [(String, String)] = []) -> Scenario {
                Scenario(
                    name: query, address: "\(Self.root)/Observation?\(query)", headers: bearer + more, status: status,
                    contains: status == 200 ? ["\"searchset\""] : ["OperationOutcome"], lacks: [site.second.patientID],
                    answers: ["Content-Type": "application/fhir+json; charset=utf-8"])
            }
            try await site.check([
                row("_count=abc"), row("_count=-1"), row("_count=+5"), row("_count=99999999999999999999"), row("date=yesterday"),
                row("date=ge2020-13-01"),
                row("_lastUpdated=x"), row("code:nonsense=1"), row("_id:exact=1"), row("code=%FF"), row("code=%00"), row("_page=nonsense"),
                row("_page=" + String(repeating: "A", count: 64)), row((0..<40).map { "code=\($0)" }.joined(separator: "&")),
                row("code=" + String(repeating: "a", count: 7000), 200),
                row("nonsense=1", 400, [("Prefer", "handling=strict")]), row("nonsense=1", 200),
                row("nonsense=1", 200, [("Prefer", "handling=lenient")]),
                row("patient.name=x", 200), row("_has:Observation:patient:code=1"), row("_has:Observation:has-member:code=1", 200),
                row("code='%20OR%201=1--", 200),
            ])
        }
    }

    @Test func `a page link works for its own token and search alone`() async throws {
        try await RunningSite.with { site in
            let mine = try await site.tokens(member: site.second)
            let again = try await site.tokens(member: site.second)
            let theirs = try await site.tokens()
            let first = try await site.get("\(Self.root)/Observation?_count=3", mine.bearer)
            let next = try #require(Self.link("next", first))
            #expect(try await site.get(next, mine.bearer).status == 200)
            let page = try #require(parameter("_page", of: next))
            // In the middle: the bits of the last sign of base64 need not all count.
            let altered = page.prefix(30) + (page.dropFirst(30).first == "A" ? "B" : "A") + page.dropFirst(31)
            let elsewhere = [
                (next, again.bearer), (next, theirs.bearer), (next.replacing("_count=3", with: "_count=4"), mine.bearer),
                (next + "&code=x", mine.bearer), (next.replacing("/Observation?", with: "/Condition?"), mine.bearer),
                ("\(Self.root)/Observation?_count=3&_page=" + WebForm.encoded(String(altered)), mine.bearer),
                ("\(Self.root)/Observation?_count=3&_page=" + String(page.prefix(20)), mine.bearer),
            ]
            for (address, bearer) in elsewhere {
                let answer = try await site.get(address, bearer)
                #expect(answer.status == 400 && answer.string("resourceType") == "OperationOutcome", "\(address): \(answer.status)")
            }
        }
    }

    @Test func `a granular scope limits reads and searches alike`() async throws {
        try await RunningSite.with { site in
            let all = try await site.tokens(member: site.second)
            let vitals = try await site.tokens(
                member: site.second, scope: "launch/patient patient/Observation.rs?category=vital-signs patient/Patient.r")
            let everything = Self.entries(try await site.get("\(Self.root)/Observation?_count=1000", all.bearer))
            let expected = Self.entries(try await site.get("\(Self.root)/Observation?_count=1000&category=vital-signs", all.bearer))
            let open = Set(expected.compactMap { $0["id"] as? String })
            #expect(!open.isEmpty && open.count < everything.count)
            let seen = Self.entries(try await site.get("\(Self.root)/Observation?_count=1000", vitals.bearer))
            #expect(Set(seen.compactMap { $0["id"] as? String }) == open)
            let laboratory = try await site.get("\(Self.root)/Observation?category=laboratory", vitals.bearer)
            #expect(laboratory.status == 200 && Self.entries(laboratory).allSatisfy { open.contains($0["id"] as? String ?? "") })
            var wrong: [String] = []
            for id in everything.compactMap({ $0["id"] as? String }) {
                let answer = try await site.get("\(Self.root)/Observation/\(id)", vitals.bearer)
                if answer.status != (open.contains(id) ? 200 : 404) { wrong.append("\(id): \(answer.status)") }
            }
            #expect(wrong.isEmpty)
            let patient = try await site.get("\(Self.root)/Patient/\(vitals.patient)", vitals.bearer)
            #expect(patient.status == 200)
            for path in ["/Patient", "/Condition", "/Condition/x", "/Organization"] {
                let answer = try await site.get(Self.root + path, vitals.bearer)
                #expect(
                    answer.status == 403 && answer.header("WWW-Authenticate")?.contains("insufficient_scope") == true,
                    "\(path): \(answer.status)")
            }
        }
    }

    @Test func `it only reads, writes JSON only, and says so`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let patient = "\(Self.root)/Patient/\(tokens.patient)"
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                for path in [patient, "\(Self.root)/Patient", "\(Self.root)/metadata", Self.root, "\(Self.root)/Claim"]
                where !(method == "POST" && path == "") {
                    let answer = try await site.web.send(method, site.absolute(path), headers: tokens.bearer, body: Array("{}".utf8))
                    #expect(
                        answer.status == 405 && answer.string("resourceType") == "OperationOutcome", "\(method) \(path): \(answer.status)")
                    #expect(answer.header("Allow")?.contains("GET") == true)
                }
            }
            for path in [patient, "\(Self.root)/Patient", "\(Self.root)/Patient/_search", "\(Self.root)/metadata"] {
                let answer = try await site.web.send(
                    "OPTIONS", site.absolute(path),
                    headers: [
                        ("Origin", "https://a.example"), ("Access-Control-Request-Method", "GET"),
                        ("Access-Control-Request-Headers", "authorization"),
                    ])
                #expect(answer.status == 204 && answer.header("Access-Control-Allow-Origin") == "*", "\(path)")
                #expect(answer.header("Access-Control-Allow-Headers")?.contains("Authorization") == true)
                #expect(answer.header("Access-Control-Allow-Credentials") == nil)
            }
            for accept in ["application/fhir+xml", "text/html", "application/xml", "image/png"] {
                let answer = try await site.get(patient, tokens.bearer + [("Accept", accept)])
                #expect(answer.status == 406 && answer.string("resourceType") == "OperationOutcome", "\(accept)")
            }
            #expect(try await site.get(patient + "?_format=xml", tokens.bearer).status == 406)
            for accept in [
                "application/fhir+json", "application/json", "*/*", "text/html, application/fhir+json;q=0.9",
                "application/fhir+json; fhirVersion=4.0",
            ] {
                #expect(try await site.get(patient, tokens.bearer + [("Accept", accept)]).status == 200, "\(accept)")
            }
            for format in ["json", "application/fhir%2Bjson", "application/fhir+json", "application%2Fjson"] {
                #expect(
                    try await site.get(patient + "?_format=" + format, tokens.bearer + [("Accept", "text/html")]).status == 200, "\(format)"
                )
            }
            #expect(try await site.get("\(Self.root)/Nothing", tokens.bearer).status == 404)
            #expect(try await site.get("\(Self.root)/patient", tokens.bearer).status == 404, "types have case")
            for id in ["%20", "a%2Fb", String(repeating: "a", count: 65), "..", "%2e%2e", "a'b", "%C3%A9"] {
                let answer = try await site.get("\(Self.root)/Patient/\(id)", tokens.bearer)
                #expect(answer.status == 404, "\(id): \(answer.status)")
            }
        }
    }

    private func types(_ site: RunningSite) async throws -> [String] {
        let rest = try await site.get("\(Self.root)/metadata").object["rest"] as? [[String: Any]]
        return (rest?.first?["resource"] as? [[String: Any]])?.compactMap { $0["type"] as? String } ?? []
    }
}
