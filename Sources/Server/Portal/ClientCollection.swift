import Exchange
import FHIR
import Trust

/// The exchange's requests, ready for a developer's tool: as a Postman collection (v2.1) and as an `.http` file. They carry the client id and
/// the addresses; the secret is a variable that its owner fills in.
struct ClientCollection {
    let plan: Plan
    let application: DeveloperApp

    struct Step {
        let name: String
        let method: String
        /// With `{{variables}}`.
        let url: String
        var form: [(name: String, value: String)] = []
        var isAuthorized = false
    }

    private var redirectURI: String { application.redirectURIs.first ?? "" }

    private var variables: [(name: String, value: String)] {
        [
            ("fhir", plan.addresses.fhir), ("oauth", plan.addresses.authorization), ("client_id", application.clientID),
            ("client_secret", ""), ("redirect_uri", redirectURI),
            ("redirect_uri_encoded", PercentEncoding.encoded(redirectURI)), ("code", ""), ("access_token", ""), ("refresh_token", ""),
            ("patient", ""),
        ]
    }

    var steps: [Step] {
        let client = [("client_id", "{{client_id}}"), ("client_secret", "{{client_secret}}")]
        func read(_ name: String, _ path: String) -> Step { Step(name: name, method: "GET", url: "{{fhir}}" + path, isAuthorized: true) }
        return [
            Step(name: "Discover", method: "GET", url: "{{fhir}}/.well-known/smart-configuration"),
            Step(
                name: "Authorize (open it in a browser)", method: "GET",
                url:
                    "{{oauth}}/authorize/payer2payer?response_type=code&client_id={{client_id}}&redirect_uri={{redirect_uri_encoded}}&state=change-me"
            ),
            Step(
                name: "Code for tokens", method: "POST", url: "{{oauth}}/token",
                form: [("grant_type", "authorization_code"), ("code", "{{code}}"), ("redirect_uri", "{{redirect_uri}}")] + client),
            read("The Patient", "/Patient"), read("The whole record", "/Patient/{{patient}}/$everything?_count=500"),
            read("Vital signs, newest first", "/Observation?category=vital-signs&_sort=-date&_count=20"),
            read("Problems", "/Condition?clinical-status=active"), read("Medications", "/MedicationRequest?status=active&_include=*"),
            read("Documents", "/DocumentReference/$docref?patient={{patient}}"),
            Step(
                name: "Refresh", method: "POST", url: "{{oauth}}/token",
                form: [("grant_type", "refresh_token"), ("refresh_token", "{{refresh_token}}")] + client),
            Step(name: "Revoke", method: "POST", url: "{{oauth}}/revoke", form: [("token", "{{refresh_token}}")] + client),
        ]
    }

    // MARK: Postman

    var postman: [UInt8] {
        let document: JSONDocument = [
            "info": [
                "name": "\(application.name) at \(plan.name)",
                "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
            ],
            "variable": pairs(variables), "item": .array(steps.map { item($0) }),
        ]
        return document.json
    }

    private func pairs(_ values: [(name: String, value: String)]) -> JSONDocument {
        .array(values.map { ["key": .string($0.name), "value": .string($0.value)] })
    }

    private func item(_ step: Step) -> JSONDocument {
        var headers = [(name: "Accept", value: "application/json, application/fhir+json")]
        if step.isAuthorized { headers.append(("Authorization", "Bearer {{access_token}}")) }
        var request: [String: JSONDocument] = ["method": .string(step.method), "header": pairs(headers), "url": .string(step.url)]
        if !step.form.isEmpty { request["body"] = ["mode": "urlencoded", "urlencoded": pairs(step.form)] }
        var item: [String: JSONDocument] = ["name": .string(step.name), "request": .object(request)]
        if step.url.hasSuffix("/token") {
            // What the answer brings is what the next requests need.
            let lines = [
                "const answer = pm.response.json();",
                "for (const name of ['access_token', 'refresh_token', 'patient']) if (answer[name]) pm.collectionVariables.set(name, answer[name]);",
            ]
            item["event"] = [["listen": "test", "script": ["type": "text/javascript", "exec": .strings(lines)]]]
        }
        return .object(item)
    }

    // MARK: .http

    var http: String {
        var lines = variables.map { "@\($0.name) = \($0.value)" }
        for step in steps {
            lines += ["", "### \(step.name)", "\(step.method) \(step.url)"]
            if step.isAuthorized { lines += ["Authorization: Bearer {{access_token}}"] }
            if !step.form.isEmpty {
                lines += ["Content-Type: application/x-www-form-urlencoded", ""]
                // Such a tool sends the line as it stands.
                let form = step.form.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
                lines.append(form.replacing("{{redirect_uri}}", with: "{{redirect_uri_encoded}}"))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
