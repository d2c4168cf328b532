import Testing

@testable import Receiver

@Suite("A directory of sending payers")
struct SenderDirectoryTests {
    private static func read(_ text: String, _ policy: NetworkPolicy = .production) throws(SenderDirectory.Problem) -> DirectoryReading {
        try SenderDirectory(policy).read(Array(text.utf8))
    }

    private static func bundle(_ resources: String...) -> String {
        #"{"resourceType":"Bundle","type":"collection","entry":["# + resources.map { #"{"resource":\#($0)}"# }.joined(separator: ",") + "]}"
    }

    private static func organization(_ id: String, _ name: String, _ more: String = "") -> String {
        #"{"resourceType":"Organization","id":"\#(id)","name":"\#(name)"\#(more)}"#
    }

    private static func endpoint(
        _ id: String, _ address: String, status: String = "active", connection: String = "hl7-fhir-rest", _ more: String = ""
    ) -> String {
        #"{"resourceType":"Endpoint","id":"\#(id)","status":"\#(status)","connectionType":{"code":"\#(connection)"},"address":"\#(address)"\#(more)}"#
    }

    private static func managed(by id: String) -> String { #","managingOrganization":{"reference":"Organization/\#(id)"}"# }

    @Test("The portal's own list")
    func plans() throws {
        let reading = try Self.read(
            """
            {"plans":[
             {"id":"a","name":"Alpha Health","authorize":"https://auth.alpha.example/oauth2/authorize/payer2payer",
              "token":"https://auth.alpha.example/oauth2/token","fhir":"https://api.alpha.example/r4"},
             {"id":"b","name":"Beta","fhir":"https://beta.example:8443/r4/"}]}
            """)
        #expect(
            reading.entries == [
                DirectoryEntry(
                    name: "Alpha Health", fhirBase: "https://api.alpha.example/r4",
                    authorize: "https://auth.alpha.example/oauth2/authorize/payer2payer", token: "https://auth.alpha.example/oauth2/token",
                    identifiers: []),
                DirectoryEntry(name: "Beta", fhirBase: "https://beta.example:8443/r4", authorize: nil, token: nil, identifiers: []),
            ])
        #expect(reading.skipped.isEmpty)
    }

    @Test("The portal's Bundle, with the addresses of the authorization server and the organisation's identifiers")
    func ownBundle() throws {
        let oauth =
            #","extension":[{"extension":[{"url":"authorize","valueUri":"https://auth.alpha.example/a"},{"url":"token","valueUri":"https://auth.alpha.example/t"}],"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"}]"#
        let reading = try Self.read(
            Self.bundle(
                Self.organization(
                    "alpha", "Alpha Health",
                    #","active":true,"identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"},{"system":"x"}],"endpoint":[{"reference":"Endpoint/alpha"}]"#
                ),
                Self.endpoint("alpha", "https://api.alpha.example/r4", oauth + Self.managed(by: "alpha"))))
        #expect(
            reading
                == DirectoryReading(
                    entries: [
                        DirectoryEntry(
                            name: "Alpha Health", fhirBase: "https://api.alpha.example/r4", authorize: "https://auth.alpha.example/a",
                            token: "https://auth.alpha.example/t",
                            identifiers: [.init(system: "http://hl7.org/fhir/sid/us-npi", value: "1234567893")])
                    ], skipped: []))
    }

    @Test("Organisation and endpoint are joined from either side, and by full addresses")
    func joins() throws {
        let text = #"""
            {"resourceType":"Bundle","entry":[
             {"fullUrl":"https://dir.example/fhir/Organization/1","resource":{"resourceType":"Organization","id":"1","name":"One","endpoint":[{"reference":"Endpoint/e1"}]}},
             {"fullUrl":"https://dir.example/fhir/Endpoint/e1","resource":\#(Self.endpoint("e1", "https://one.example/r4"))},
             {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Organization","name":"Two"}},
             {"fullUrl":"urn:uuid:e2","resource":{"resourceType":"Endpoint","status":"active","connectionType":{"code":"hl7-fhir-rest"},
               "address":"https://two.example/r4","managingOrganization":{"reference":"urn:uuid:2"}}},
             {"fullUrl":"https://other.example/fhir/Organization/1","resource":{"resourceType":"Organization","id":"1","name":"Three"}},
             {"fullUrl":"https://other.example/fhir/Endpoint/e3","resource":\#(Self.endpoint("e3", "https://three.example/r4", Self.managed(by: "1")))}]}
            """#
        let reading = try Self.read(text)
        #expect(reading.entries.map(\.name) == ["One", "Two", "Three"])
        #expect(reading.entries.map(\.fhirBase) == ["https://one.example/r4", "https://two.example/r4", "https://three.example/r4"])
        #expect(reading.skipped.isEmpty)
    }

    @Test("An endpoint without an organisation has its own name, or that of the reference")
    func alone() throws {
        let reading = try Self.read(
            Self.bundle(
                Self.endpoint("1", "https://one.example/r4", #","name":"One""#),
                Self.endpoint(
                    "2", "https://two.example/r4",
                    #","name":"FHIR R4","managingOrganization":{"reference":"Organization/gone","display":"Two"}"#),
                Self.endpoint("3", "https://three.example/r4")))
        #expect(reading.entries.map(\.name) == ["One", "Two"])
        #expect(reading.skipped == [.init(name: "https://three.example/r4", reason: "has no name")])
    }

    @Test("When two organisations have the same id, a reference to it leads to neither")
    func ambiguous() throws {
        let reading = try Self.read(
            Self.bundle(
                Self.organization("1", "Good"), Self.organization("1", "Evil"),
                Self.endpoint("e", "https://good.example/r4", #","name":"Unnamed""# + Self.managed(by: "1"))))
        #expect(reading.entries.map(\.name) == ["Unnamed"])
        #expect(reading.skipped.map(\.name) == ["Good", "Evil"])
    }

    @Test("The endpoint's own organisation counts, not one that lists the endpoint of another")
    func claimed() throws {
        let reading = try Self.read(
            Self.bundle(
                Self.organization("evil", "Evil", #","endpoint":[{"reference":"Endpoint/e"}]"#), Self.organization("good", "Good"),
                Self.endpoint("e", "https://good.example/r4", Self.managed(by: "good"))))
        #expect(reading.entries.map(\.name) == ["Good"])
    }

    @Test(
        "What cannot be used is told with the reason, and the rest is kept",
        arguments: [
            (Self.endpoint("x", "https://x.example/r4", status: "off"), "has an endpoint that is not active (off)"),
            (Self.endpoint("x", "https://x.example/r4", status: "test"), "has an endpoint that is not active (test)"),
            (Self.endpoint("x", "https://x.example/r4", connection: "direct-project"), "has an endpoint of another kind (direct-project)"),
            (#"{"resourceType":"Endpoint","address":"https://x.example/r4"}"#, "has an endpoint that is not active (no status)"),
            (
                #"{"resourceType":"Endpoint","status":"active","address":"https://x.example/r4"}"#,
                "has an endpoint of another kind (no connection type)"
            ),
            (#"{"resourceType":"Endpoint","name":"X","status":"active","connectionType":{"code":"hl7-fhir-rest"}}"#, "has no FHIR address"),
            (
                Self.endpoint("x", "http://x.example/r4", #","name":"X""#),
                "has a FHIR address that may not be used: http://x.example is not https"
            ),
            (Self.endpoint("x", "mailto:x@x.example", #","name":"X""#), "has a FHIR address that is none: mailto:x@x.example"),
            (Self.endpoint("x", "https://x.example/r4?a=b", #","name":"X""#), "has a FHIR address that is none: https://x.example/r4?a=b"),
            (
                Self.endpoint("x", "https://169.254.169.254/", #","name":"X""#),
                "has a FHIR address that may not be used: https://169.254.169.254 leads to 169.254.169.254, a link-local address"
            ),
            (
                Self.endpoint("x", "https://[::ffff:10.0.0.1]/", #","name":"X""#),
                "has a FHIR address that may not be used: https://[::ffff:10.0.0.1] leads to ::ffff:10.0.0.1, an address that hides another one"
            ),
            (Self.endpoint("x", "https://0x7f.1/", #","name":"X""#), "has a FHIR address that is none: https://0x7f.1/"),
            (
                Self.endpoint(
                    "x", "https://x.example/r4",
                    #","name":"X","extension":[{"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris","extension":[{"url":"token","valueUri":"https://10.1.1.1/token"}]}]"#
                ),
                "has a token address that may not be used: https://10.1.1.1 leads to 10.1.1.1, an address of a private network"
            ),
            (Self.endpoint("x", "https://good.example/r4/", #","name":"X""#), "is listed twice with the same address"),
            (Self.endpoint("x", "https://x.example/r4", Self.managed(by: "closed")), "is an organisation that is no longer active"),
            (Self.organization("x", "X"), "has no endpoint"),
            (
                Self.organization("x", "X", #","endpoint":[{"reference":"Endpoint/nowhere"}]"#),
                "names an endpoint that is not in the Bundle"
            ),
        ])
    func skipped(_ resource: String, _ reason: String) throws {
        let closed = Self.organization("closed", "Closed", #","active":false"#)
        let good = Self.endpoint("good", "https://good.example/r4", #","name":"Good""#)
        let isOfClosed = resource.contains("Organization/closed")
        let reading = try Self.read(isOfClosed ? Self.bundle(good, closed, resource) : Self.bundle(good, resource))
        #expect(reading.entries.map(\.name) == ["Good"])
        #expect(reading.skipped.map(\.reason) == [reason])
    }

    @Test("Names and identifiers are shown on one line, without control characters and not at full length")
    func names() throws {
        let reading = try Self.read(
            Self.bundle(
                Self.organization("1", #"A\u001b[2J\u202eB\r\n<script>"#, #","identifier":[{"value":"1\n2"}]"#),
                Self.endpoint("e", "https://one.example/r4", Self.managed(by: "1")),
                Self.endpoint("f", "https://two.example/r4", #","name":"\#(String(repeating: "x", count: 5000))""#),
                Self.endpoint("g", "https://three.example/r4", #","name":"\u0009 ""#)))
        #expect(reading.entries.map(\.name) == ["A [2J B  <script>", String(repeating: "x", count: 120) + "…"])
        #expect(reading.entries.first?.identifiers == [.init(system: nil, value: "1 2")])
        #expect(reading.skipped.map(\.reason) == ["has no name"])
    }

    @Test(
        "Odd shapes bring no entries and no harm",
        arguments: [
            #"{"resourceType":"Bundle"}"#, #"{"resourceType":"Bundle","entry":{}}"#,
            #"{"resourceType":"Bundle","entry":[null,7,"x",{"resource":[]}]}"#,
            #"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":["Endpoint"]}}]}"#, #"{"plans":[]}"#,
            #"{"resourceType":"Bundle","entry":[{"fullUrl":7,"resource":{"resourceType":"Patient"}}]}"#,
        ])
    func odd(_ text: String) throws {
        #expect(try Self.read(text) == DirectoryReading())
    }

    @Test("What is no directory is refused as a whole")
    func refused() {
        for text in ["{}", "[]", "7", #"{"plans":{}}"#, #"{"resourceType":"Patient"}"#] {
            #expect(throws: SenderDirectory.Problem.unknownShape, "\(text)") { try Self.read(text) }
        }
        for text in ["", "<html>", "{", #"{"plans":[],"plans":[]}"#] {
            #expect(throws: SenderDirectory.Problem.self, "\(text)") { try Self.read(text) }
        }
        #expect(throws: SenderDirectory.Problem.tooLarge) {
            try SenderDirectory(.production).read([UInt8](repeating: 0x20, count: 17 << 20))
        }
        let many = #"{"plans":["# + Array(repeating: "{}", count: 10_001).joined(separator: ",") + "]}"
        #expect(throws: SenderDirectory.Problem.tooMany) { try Self.read(many) }
    }

    @Test("A directory is fetched under the same rules: from this computer in the sandbox, never in production")
    func fetched() async throws {
        let server = try await ScriptServer { seen, _ in
            seen.path == "/directory.json"
                ? .init(body: #"{"plans":[{"name":"Local","fhir":"http://127.0.0.1:9/r4"}]}"#) : .init(status: 403, body: "no")
        }
        let reading = try await SenderDirectory(.sandbox).fetch(server.base + "/directory.json")
        #expect(reading.entries.map(\.fhirBase) == ["http://127.0.0.1:9/r4"])
        await #expect(throws: SenderDirectory.Problem.notReached("the server answered 403")) {
            _ = try await SenderDirectory(.sandbox).fetch(server.base + "/closed")
        }
        let before = server.seen.count
        await #expect(throws: SenderDirectory.Problem.self) {
            _ = try await SenderDirectory(.production).fetch(server.base + "/directory.json")
        }
        #expect(server.seen.count == before)
        await server.stop()
    }
}
