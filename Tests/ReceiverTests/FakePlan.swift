import Crypto
import Foundation
import Synchronization

/// A sending plan with one member, as odd as the test makes it.
final class FakePlan: Sendable {
    typealias Seen = ScriptServer.Seen
    typealias Reply = ScriptServer.Reply

    struct Script: Sendable {
        /// By type; searched in this order.
        var records: [String: [String]] = [:]
        /// Read by `Type/id`.
        var shared: [String: String] = [:]
        /// The first that returns a reply answers instead of the plan; the number is how often this path was asked before.
        var detour: (@Sendable (Seen, String, Int) -> Reply?)?
        var forbidden: Set<String> = []
        var patient = "p1"
        var tokenExtra = #""patient":"p1","#
        var expiresIn = 3600
        var givesRefresh = true
        /// What the authorize endpoint answers instead of a code.
        var authorizeError: String?
        var smart: String?
        var issuer: String?
        var answerIssuer: String?
        var metadata: String?
    }

    private struct State {
        var script = Script()
        var asked: [String: Int] = [:]
        var challenges: [String: (challenge: String, redirect: String)] = [:]
        var access: Set<String> = []
        var refresh: Set<String> = []
        var issued = 0
    }

    private let state = Mutex(State())

    init(_ script: Script) { state.withLock { $0.script = script } }

    func change(_ body: (inout Script) -> Void) { state.withLock { body(&$0.script) } }
    /// Every access token stops working, as after their time.
    func expireTokens() { state.withLock { $0.access = [] } }
    func revokeAll() { state.withLock { ($0.access, $0.refresh) = ([], []) } }

    func start() async throws -> ScriptServer {
        try await ScriptServer { [self] seen, base in answer(seen, base) }
    }

    private func answer(_ seen: Seen, _ base: String) -> Reply {
        let (script, before) = state.withLock { state in
            let key = seen.method + " " + seen.target
            defer { state.asked[key, default: 0] += 1 }
            return (state.script, state.asked[key, default: 0])
        }
        if let reply = script.detour?(seen, base, before) { return reply }
        switch seen.path {
        case "/demo/r4/.well-known/smart-configuration": return smart(script, base)
        case "/demo/r4/metadata": return Reply(body: script.metadata ?? metadata(script))
        case "/demo/oauth2/authorize/payer2payer": return authorize(seen, script)
        case "/demo/oauth2/token": return token(seen, script)
        default: break
        }
        guard seen.path.hasPrefix("/demo/r4/") else { return Reply(status: 404, body: "{}") }
        guard let bearer = seen.authorization, state.withLock({ $0.access.contains(String(bearer.dropFirst(7))) }) else {
            return Reply(status: 401, body: Self.outcome("the token is not valid"))
        }
        return resource(seen, script, base)
    }

    private func smart(_ script: Script, _ base: String) -> Reply {
        let issuer = script.issuer.map { #""issuer":"\#($0)","# } ?? ""
        let own = """
            {\(issuer)"authorization_endpoint":"\(base)/demo/oauth2/authorize/payer2payer","token_endpoint":"\(base)/demo/oauth2/token",
             "capabilities":["launch-standalone"],"code_challenge_methods_supported":["S256"]}
            """
        return Reply(headers: [("Content-Type", "application/json")], body: script.smart ?? own)
    }

    private func metadata(_ script: Script) -> String {
        let searched = Set(script.records.keys).union(script.forbidden).subtracting(["Patient"]).sorted().map {
            #"{"type":"\#($0)","interaction":[{"code":"read"},{"code":"search-type"}],"searchParam":[{"name":"patient","type":"reference"}]}"#
        }
        let read = ["Patient", "Organization", "Practitioner", "PractitionerRole", "Location", "Medication"].map {
            #"{"type":"\#($0)","interaction":[{"code":"read"},{"code":"search-type"}]}"#
        }
        return """
            {"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","software":{"name":"Fake Plan","version":"1.0"},
             "rest":[{"mode":"server","resource":[\((searched + read).joined(separator: ","))]}]}
            """
    }

    private func authorize(_ seen: Seen, _ script: Script) -> Reply {
        let query = seen.query
        guard query["code_challenge_method"] == "S256", let challenge = query["code_challenge"], let redirect = query["redirect_uri"],
            let given = query["state"], query["response_type"] == "code", query["aud"]?.hasSuffix("/demo/r4") == true
        else { return Reply(status: 400, body: "bad request") }
        let issuer = script.answerIssuer.map { "&iss=\($0)" } ?? ""
        if let error = script.authorizeError {
            return Reply(
                status: 302, headers: [("Location", "\(redirect)?error=\(error)&error_description=Not%20now&state=\(given)\(issuer)")])
        }
        let code = state.withLock { state in
            state.issued += 1
            state.challenges["code-\(state.issued)"] = (challenge, redirect)
            return "code-\(state.issued)"
        }
        return Reply(status: 302, headers: [("Location", "\(redirect)?code=\(code)&state=\(given)\(issuer)")])
    }

    private func token(_ seen: Seen, _ script: Script) -> Reply {
        let form = seen.form
        let refused = Reply(
            status: 400, headers: [("Content-Type", "application/json")], body: #"{"error":"invalid_grant","error_description":"no"}"#)
        let isKnown = state.withLock { state in
            switch form["grant_type"] {
            case "authorization_code":
                guard let known = state.challenges.removeValue(forKey: form["code"] ?? ""), known.redirect == form["redirect_uri"] else {
                    return false
                }
                return Self.challenge(form["code_verifier"] ?? "") == known.challenge
            case "refresh_token": return state.refresh.remove(form["refresh_token"] ?? "") != nil
            default: return false
            }
        }
        guard isKnown, form["client_id"] == "client", form["client_secret"] == "s3cret/+" else { return refused }
        let number = state.withLock { state in
            state.issued += 1
            state.access.insert("access-\(state.issued)")
            if script.givesRefresh { state.refresh.insert("refresh-\(state.issued)") }
            return state.issued
        }
        let refresh = script.givesRefresh ? #""refresh_token":"refresh-\#(number)","# : ""
        return Reply(
            headers: [("Content-Type", "application/json")],
            body:
                #"{"access_token":"access-\#(number)",\#(refresh)\#(script.tokenExtra)"token_type":"Bearer","expires_in":\#(script.expiresIn),"scope":"patient/*.read"}"#
        )
    }

    private func resource(_ seen: Seen, _ script: Script, _ base: String) -> Reply {
        let name = String(seen.path.dropFirst("/demo/r4/".count))
        let type = String(name.prefix { $0 != "/" })
        if script.forbidden.contains(type) { return Reply(status: 403, body: Self.outcome("this type is not shared")) }
        if name.contains("/") {
            let found = name == "Patient/\(script.patient)" ? script.records["Patient"]?.first : script.shared[name]
            return found.map { Reply(body: $0) } ?? Reply(status: 404, body: Self.outcome("not known"))
        }
        guard let all = script.records[type], seen.query["patient"] == script.patient else {
            return Reply(status: 404, body: Self.outcome("not known"))
        }
        return Reply(body: Self.page(type, all, seen.query, base))
    }

    static func page(_ type: String, _ all: [String], _ query: [String: String], _ base: String) -> String {
        let count = Int(query["_count"] ?? "") ?? 10
        let offset = Int(query["_offset"] ?? "") ?? 0
        let here = all.dropFirst(offset).prefix(count)
        var links = #"{"relation":"self","url":"\#(base)/demo/r4/\#(type)"}"#
        if offset + count < all.count {
            links +=
                #",{"relation":"next","url":"\#(base)/demo/r4/\#(type)?patient=\#(query["patient"] ?? "")&_count=\#(count)&_offset=\#(offset + count)"}"#
        }
        return bundle(here.map { ($0, "match") }, links: links, total: all.count)
    }

    static func bundle(_ resources: [(String, String)], links: String = "", total: Int) -> String {
        let entries = resources.map { #"{"fullUrl":"urn:x","resource":\#($0.0),"search":{"mode":"\#($0.1)"}}"# }.joined(separator: ",")
        return #"{"resourceType":"Bundle","type":"searchset","total":\#(total),"link":[\#(links)],"entry":[\#(entries)]}"#
    }

    static func outcome(_ words: String) -> String {
        #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"processing","diagnostics":"\#(words)"}]}"#
    }

    private static func challenge(_ verifier: String) -> String {
        Data(SHA256.hash(data: Data(verifier.utf8))).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

extension FakePlan.Script {
    /// Patient, 7 Observations, 3 Conditions, 2 Encounters, and what they refer to; Coverage is not shared.
    static var usual: FakePlan.Script {
        var script = FakePlan.Script()
        script.records["Patient"] = [
            #"{"resourceType":"Patient","id":"p1","name":[{"use":"nickname","given":["Mimi"]},{"use":"official","family":"Doe","given":["Mary","Ann"]}],"birthDate":"1980-02-03","managingOrganization":{"reference":"Organization/o1"}}"#
        ]
        script.records["Observation"] = (1...7).map {
            #"{"resourceType":"Observation","id":"ob\#($0)","status":"final","subject":{"reference":"Patient/p1"},"valueQuantity":{"value":1.50},"performer":[{"reference":"Practitioner/dr\#($0 % 3)"}]}"#
        }
        script.records["Condition"] = (1...3).map {
            "{\n  \"resourceType\": \"Condition\",\n  \"id\": \"c\($0)\",\r\n  \"note\": [{\"text\": \"a  \\\"b\\\" { c\"}],\n  \"subject\": {\"reference\": \"Patient/p1\"}\n}"
        }
        script.records["Encounter"] = (1...2).map {
            #"{"resourceType":"Encounter","id":"e\#($0)","subject":{"reference":"Patient/p1"},"location":[{"location":{"reference":"Location/l1"}}],"serviceProvider":{"reference":"Organization/gone"}}"#
        }
        script.shared = [
            "Organization/o1": #"{"resourceType":"Organization","id":"o1","name":"One"}"#,
            "Organization/o2": #"{"resourceType":"Organization","id":"o2","name":"Two","partOf":{"reference":"Organization/o3"}}"#,
            "Organization/o3": #"{"resourceType":"Organization","id":"o3","name":"Three"}"#,
            "Practitioner/dr0": #"{"resourceType":"Practitioner","id":"dr0"}"#,
            "Practitioner/dr1": #"{"resourceType":"Practitioner","id":"dr1"}"#,
            "Practitioner/dr2": #"{"resourceType":"Practitioner","id":"dr2"}"#,
            "Location/l1": #"{"resourceType":"Location","id":"l1","managingOrganization":{"reference":"Organization/o2"}}"#,
        ]
        script.forbidden = ["Coverage"]
        return script
    }
}
