import FHIR
import HTTPTypes

/// The OpenAPI 3.1 document of the JSON interface, made from its routes.
enum PortalAPIDocument {
    static func json(_ routes: [PortalAPIRoute], server: String, version: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.member("openapi", "3.1.0")
            root.member(
                "info",
                object: {
                    $0.member("title", "PayerBridge developer portal")
                    $0.member("version", version)
                    $0.member(
                        "description",
                        """
                        The portal's steps as JSON. Sign in for a token and send it as `Authorization: Bearer`. Problems of a form come as 422.

                        What needs a person at a browser is on pages alone: setting up or taking away a second factor and signing in with a \
                        recovery code (whoever holds a token must not be able to keep the owner out), the sponsor's answer (a sponsor has a \
                        link and no account), and the plan's side.
                        """
                    )
                })
            root.member("servers", array: { $0.object { $0.member("url", server) } })
            root.member("paths", object: { paths(&$0, routes) })
            root.member(
                "components",
                object: { components in
                    components.member(
                        "securitySchemes",
                        object: {
                            $0.member(
                                "session",
                                object: {
                                    $0.member("type", "http")
                                    $0.member("scheme", "bearer")
                                })
                        })
                    components.member("schemas", object: { $0.members(of: schemas) })
                })
        }
        return writer.bytes
    }

    private static func paths(_ writer: inout JSONWriter, _ routes: [PortalAPIRoute]) {
        var seen: [String] = []
        for route in routes where !seen.contains(route.path) { seen.append(route.path) }
        for path in seen {
            writer.member(
                path,
                object: { item in
                    for route in routes where route.path == path {
                        item.member(route.method.rawValue.lowercased(), object: { operation(&$0, route) })
                    }
                })
        }
    }

    private static func operation(_ writer: inout JSONWriter, _ route: PortalAPIRoute) {
        writer.member("operationId", route.name)
        writer.member("summary", route.summary)
        if !route.isOpen { writer.member("security", array: { $0.object { $0.member("session", array: { _ in }) } }) }
        if !route.parameters.isEmpty || !route.query.isEmpty {
            writer.member(
                "parameters",
                array: { list in
                    for name in route.parameters { list.object { parameter(&$0, name, "path", isRequired: true) } }
                    for name in route.query { list.object { parameter(&$0, name, "query", isRequired: false) } }
                })
        }
        switch route.body {
        case .none: break
        case .object(let members):
            writer.member(
                "requestBody",
                object: { body in
                    body.member("required", true)
                    body.member(
                        "content",
                        object: { $0.member("application/json", object: { $0.member("schema", object: { schema(&$0, members) }) }) })
                })
        case .file:
            writer.member(
                "requestBody",
                object: { body in
                    body.member("required", true)
                    body.member(
                        "content",
                        object: {
                            $0.member("application/octet-stream", object: { $0.member("schema", object: { $0.member("type", "string") }) })
                        })
                })
        }
        writer.member(
            "responses",
            object: { responses in
                for answer in route.answers {
                    responses.member(
                        String(answer.status),
                        object: { response in
                            response.member("description", answer.words)
                            if let type = answer.type {
                                response.member("content", object: { $0.member(type, object: { _ in }) })
                            }
                            guard let name = answer.schema else { return }
                            response.member(
                                "content",
                                object: {
                                    $0.member(
                                        "application/json",
                                        object: { $0.member("schema", object: { $0.member("$ref", "#/components/schemas/\(name)") }) })
                                })
                        })
                }
            })
    }

    private static func parameter(_ writer: inout JSONWriter, _ name: String, _ place: String, isRequired: Bool) {
        writer.member("name", name)
        writer.member("in", place)
        writer.member("required", isRequired)
        writer.member("schema", object: { $0.member("type", "string") })
    }

    private static func schema(_ writer: inout JSONWriter, _ members: [PortalAPIRoute.Member]) {
        writer.member("type", "object")
        writer.member("required", strings: members.filter(\.isRequired).map(\.name))
        writer.member("additionalProperties", false)
        writer.member(
            "properties",
            object: { properties in
                for member in members {
                    properties.member(
                        member.name,
                        object: { property in
                            switch member.kind {
                            case .text: property.member("type", "string")
                            case .texts:
                                property.member("type", "array")
                                property.member("items", object: { $0.member("type", "string") })
                            case .number(let choices):
                                property.member("type", "integer")
                                property.member("enum", array: { list in for choice in choices { list.number(choice) } })
                            }
                        })
                }
            })
    }

    /// What comes back, by name: each an object with these members; a list's element stands behind it.
    private static let schemas: [(String, [(String, String)])] = [
        ("Error", [("error", "string")]),
        ("Problems", [("problems", "[Problem]")]),
        ("Problem", [("field", "string?"), ("message", "string")]),
        ("Session", [("token", "string"), ("expiresAt", "string")]),
        ("Sessions", [("sessions", "[LiveSession]")]),
        (
            "LiveSession",
            [("number", "integer"), ("agent", "string"), ("since", "string"), ("seenAt", "string"), ("isThis", "boolean")]
        ),
        ("Applications", [("applications", "[Application]")]),
        (
            "Application",
            [
                ("clientId", "string"), ("clientSecret", "string?"), ("name", "string"), ("description", "string"), ("homePage", "string"),
                ("redirectUris", "[string]"), ("organization", "string?"), ("standing", "string"), ("verification", "string?"),
                ("production", "string?"), ("plans", "[PlanSync]"),
            ]
        ),
        ("PlanSync", [("plan", "string"), ("name", "string"), ("state", "string"), ("syncedAt", "string?"), ("problem", "string?")]),
        ("Requests", [("requests", "[Request]"), ("dropped", "integer"), ("before", "string?")]),
        (
            "Request",
            [
                ("id", "string"), ("at", "string"), ("kind", "string"), ("method", "string"), ("route", "string"), ("status", "integer"),
                ("microseconds", "integer"), ("error", "string?"), ("explanation", "string?"), ("isTried", "boolean"),
            ]
        ),
        (
            "Walk",
            [
                ("id", "string"), ("member", "string"), ("problem", "string?"), ("endsAt", "string"), ("isOver", "boolean"),
                ("steps", "[Step]"), ("query", "Step?"),
            ]
        ),
        (
            "Step",
            [("title", "string"), ("request", "string"), ("status", "integer"), ("requestId", "string?"), ("answer", "string")]
        ),
        (
            "RedirectChange",
            [("state", "string"), ("redirectUris", "[string]"), ("reason", "string"), ("submittedAt", "string")]
        ),
        ("Secret", [("clientId", "string"), ("clientSecret", "string")]),
        (
            "Verification",
            [
                ("state", "string"), ("company", "string"), ("website", "string"), ("workEmail", "string"), ("sponsorName", "string"),
                ("sponsorEmail", "string"), ("actions", "[string]"), ("thread", "[Entry]"),
            ]
        ),
        ("Entry", [("role", "string"), ("name", "string"), ("action", "string"), ("text", "string"), ("at", "string")]),
        (
            "Production",
            [
                ("state", "string"), ("note", "string"), ("actions", "[string]"), ("evidence", "[Evidence]"), ("calls", "[Call]"),
                ("thread", "[Entry]"),
            ]
        ),
        ("Evidence", [("number", "integer"), ("title", "string"), ("type", "string"), ("bytes", "integer"), ("addedAt", "string")]),
        ("Call", [("kind", "string"), ("count", "integer"), ("lastAt", "string")]),
        ("Directory", [("plans", "[PlanAddresses]")]),
        (
            "PlanAddresses",
            [("id", "string"), ("name", "string"), ("authorize", "string"), ("token", "string"), ("fhir", "string")]
        ),
    ]
}

extension JSONWriter {
    fileprivate mutating func members(of schemas: [(String, [(String, String)])]) {
        for (name, members) in schemas {
            member(
                name,
                object: { schema in
                    schema.member("type", "object")
                    schema.member("required", strings: members.filter { !$0.1.hasSuffix("?") }.map(\.0))
                    schema.member(
                        "properties",
                        object: { properties in
                            for (name, type) in members { properties.member(name, object: { Self.type(&$0, type) }) }
                        })
                })
        }
    }

    private static func type(_ writer: inout JSONWriter, _ type: String) {
        if type.hasPrefix("[") {
            writer.member("type", "array")
            writer.member("items", object: { Self.type(&$0, String(type.dropFirst().dropLast())) })
        } else if let first = type.first, first.isUppercase {
            writer.member("$ref", "#/components/schemas/\(type.filter { $0 != "?" })")
        } else {
            writer.member("type", type.filter { $0 != "?" })
        }
    }
}
