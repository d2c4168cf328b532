import Exchange
import FHIR

/// The OpenAPI 3.1 document of a plan's OAuth and FHIR addresses, from the table from which they are searched.
struct ExchangeOpenAPI {
    private typealias Object = [String: JSONDocument]

    let plan: Plan

    var json: [UInt8] {
        let document: JSONDocument = [
            "openapi": "3.1.0",
            "info": [
                "title": "\(plan.name): payer-to-payer exchange", "version": .string(Version.text),
                "description": "A member's clinical record, read only, with the member's permission.",
            ],
            "servers": [["url": .string(plan.addresses.fhir)]],
            "security": [["bearer": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "client": ["type": "http", "scheme": "basic", "description": "The client id and the client secret."],
                ],
                "schemas": schemas, "responses": responses,
            ],
        ]
        return document.json
    }

    // MARK: Addresses

    private var paths: Object {
        var paths: Object = [
            "/metadata": ["get": open("capabilities", "What this server can do", ["200": answer("CapabilityStatement"), "406": outcome])],
            "/.well-known/smart-configuration": ["get": open("smartConfiguration", "Where the OAuth addresses are", ["200": document])],
            "/Patient/{id}/$everything": [
                "get": operation(
                    "everything", "The whole record, in pages",
                    [id, date("start"), date("end"), query("_since"), query("_type"), count, query("_page")], found: "Bundle")
            ],
            "/DocumentReference/$docref": [
                "get": operation(
                    "documents", "References to the member's documents",
                    [required("patient"), date("start"), date("end"), query("type")], found: "Bundle")
            ],
        ]
        for type in types {
            let name = type.name
            paths["/\(name)"] = ["get": operation("search\(name)", "Search \(name)", search(type), found: "Bundle", isSearch: true)]
            paths["/\(name)/{id}"] = [
                "get": operation("read\(name)", "Read one \(name)", [id, header("If-None-Match")], found: name, mayBeKnown: true)
            ]
            paths["/\(name)/{id}/_history/{version}"] = [
                "get": operation("version\(name)", "Read the current version of one \(name)", [id, path("version")], found: name)
            ]
        }
        for (path, operation) in oauth { paths[path] = operation }
        return paths
    }

    private var types: [ResourceType] { ReleasedTypes.clinical.filter { plan.policy.release(.memberAuthorized).types.contains($0) } }

    private func search(_ type: ResourceType) -> [JSONDocument] {
        let own = SearchTable.parameters(of: type).map { query($0.name) }
        return own + ["_id", "_lastUpdated", "_sort", "_include", "_revinclude", "_elements", "_page"].map { query($0) }
            + [count, choice("_summary", ["true", "false", "text", "data", "count"]), choice("_total", ["none", "estimate", "accurate"])]
    }

    /// The OAuth addresses lie beside the FHIR base and name their own server.
    private var oauth: Object {
        let server: JSONDocument = [["url": .string(plan.addresses.authorization)]]
        let client: JSONDocument = [["client": []]]
        func form(_ id: String, _ summary: String, _ fields: [String], _ answers: Object) -> JSONDocument {
            return [
                "servers": server,
                "post": [
                    "operationId": .string(id), "summary": .string(summary), "security": client,
                    "requestBody": body(fields), "responses": .object(answers),
                ],
            ]
        }
        let asked = ["response_type", "state", "scope", "aud", "resource", "code_challenge", "code_challenge_method"]
        let walk: Object = [
            "303": described("The member's first page, or an error at the redirect URI"), "400": page, "403": page, "503": page,
        ]
        let refused = ["400", "401", "503"].reduce(into: Object()) { $0[$1] = error }
        return [
            "/authorize/payer2payer": [
                "servers": server,
                "get": open(
                    "authorize", "Send the member here", walk, [required("client_id"), required("redirect_uri")] + asked.map { query($0) }),
                "post": [
                    "operationId": "authorizeByForm", "summary": "The same, by a form", "security": [],
                    "requestBody": body(["client_id", "redirect_uri"] + asked), "responses": .object(walk),
                ],
            ],
            "/token": form(
                "token", "A code or a refresh token for tokens",
                ["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "client_id", "client_secret"],
                refused.merging(["200": document]) { $1 }),
            "/revoke": form(
                "revoke", "End a token", ["token", "token_type_hint", "client_id", "client_secret"],
                refused.merging(["200": described("The token is worth nothing now, whether it was known or not")]) { $1 }),
            "/introspect": form(
                "introspect", "Ask about a token of your own", ["token", "token_type_hint", "client_id", "client_secret"],
                refused.merging(["200": document]) { $1 }),
        ]
    }

    private func body(_ fields: [String]) -> JSONDocument {
        let properties = Dictionary(uniqueKeysWithValues: fields.map { ($0, JSONDocument.object(["type": "string"])) })
        let schema: JSONDocument = ["type": "object", "properties": .object(properties)]
        return ["required": true, "content": ["application/x-www-form-urlencoded": ["schema": schema]]]
    }

    // MARK: Operations

    private func operation(
        _ id: String, _ summary: String, _ parameters: [JSONDocument], found: String, isSearch: Bool = false, mayBeKnown: Bool = false
    ) -> JSONDocument {
        var answers: Object = ["200": answer(found)]
        for status in ["400", "401", "403", "404", "406", "503"] { answers[status] = outcome }
        if mayBeKnown { answers["304"] = described("It is the version that you named") }
        return [
            "operationId": .string(id), "summary": .string(summary), "parameters": .array(parameters), "responses": .object(answers),
        ]
    }

    private func open(_ id: String, _ summary: String, _ answers: Object, _ parameters: [JSONDocument] = []) -> JSONDocument {
        [
            "operationId": .string(id), "summary": .string(summary), "security": [], "parameters": .array(parameters),
            "responses": .object(answers),
        ]
    }

    private func parameter(_ place: String, _ name: String, _ schema: JSONDocument, isRequired: Bool = false) -> JSONDocument {
        ["name": .string(name), "in": .string(place), "required": .bool(isRequired), "schema": schema]
    }
    private func query(_ name: String) -> JSONDocument { parameter("query", name, ["type": "string"]) }
    private func required(_ name: String) -> JSONDocument {
        parameter("query", name, ["type": "string", "minLength": 1], isRequired: true)
    }
    private func date(_ name: String) -> JSONDocument {
        parameter("query", name, ["type": "string", "pattern": #"^\d{4}(-\d\d(-\d\d)?)?$"#])
    }
    private func choice(_ name: String, _ values: [String]) -> JSONDocument {
        parameter("query", name, ["type": "string", "enum": .strings(values)])
    }
    private func header(_ name: String) -> JSONDocument { parameter("header", name, ["type": "string"]) }
    private var id: JSONDocument { path("id") }
    private func path(_ name: String) -> JSONDocument {
        parameter("path", name, ["type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"], isRequired: true)
    }
    private var count: JSONDocument { parameter("query", "_count", ["type": "integer", "minimum": 0]) }

    // MARK: Answers

    private static let fhir = "application/fhir+json; charset=utf-8"

    private func answer(_ type: String) -> JSONDocument {
        let schema: JSONDocument = [
            "type": "object", "required": ["resourceType"], "properties": ["resourceType": ["const": .string(type)]],
        ]
        return ["description": "A \(type)", "content": .object([Self.fhir: ["schema": schema]])]
    }
    private func described(_ text: String) -> JSONDocument { ["description": .string(text)] }
    private func reference(_ name: String) -> JSONDocument { ["$ref": "#/components/responses/\(name)"] }
    private var outcome: JSONDocument { reference("Outcome") }
    private var error: JSONDocument { reference("Error") }
    private var page: JSONDocument { reference("Page") }
    private var document: JSONDocument { reference("Document") }

    private var responses: JSONDocument {
        func content(_ description: String, _ type: String, _ schema: JSONDocument) -> JSONDocument {
            ["description": .string(description), "content": .object([type: ["schema": schema]])]
        }
        return [
            "Outcome": content("What is wrong, and how to mend it", Self.fhir, ["$ref": "#/components/schemas/OperationOutcome"]),
            "Error": content(
                "What is wrong (RFC 6749 §5.2)", "application/json", ["$ref": "#/components/schemas/OAuthError"]),
            "Document": content("A JSON document", "application/json", ["type": "object"]),
            "Page": content("A page that says what is wrong", "text/html; charset=utf-8", ["type": "string"]),
        ]
    }

    private var schemas: JSONDocument {
        [
            "OperationOutcome": [
                "type": "object", "required": ["resourceType", "issue"],
                "properties": ["resourceType": ["const": "OperationOutcome"], "issue": ["type": "array", "minItems": 1]],
            ],
            "OAuthError": [
                "type": "object", "required": ["error"],
                "properties": ["error": ["type": "string"], "error_description": ["type": "string"]],
            ],
        ]
    }
}
