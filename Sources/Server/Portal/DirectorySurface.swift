import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// The addresses of every production plan, for developers one of whose applications has production access: a page, JSON, CSV and FHIR.
enum DirectorySurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/portal/directory", .developer) { call in
            guard try isOpen(call) else { return call.show(DirectoryPage(frame: call.frame, plans: nil).html()) }
            let rows = plans(call).map {
                DirectoryPage.Row(
                    name: $0.name, authorize: $0.addresses.authorize, token: $0.addresses.token, fhir: $0.addresses.fhir)
            }
            return call.show(DirectoryPage(frame: call.frame, plans: rows).html())
        },
        PortalRoute(.get, "/portal/directory.json", .developer) { try json($0) },
        PortalRoute(.get, "/portal/directory.csv", .developer) { try csv($0) },
        PortalRoute(.get, "/portal/directory.fhir.json", .developer) { try bundle($0) },
    ]

    static func json(_ call: PortalCall) throws -> Response {
        try guarded(call)
        return Answer.json(.ok, json(plans(call)))
    }

    static func csv(_ call: PortalCall) throws -> Response {
        try guarded(call)
        return Answer.bytes(
            .ok, "text/csv; charset=utf-8", csv(plans(call)).utf8, [.contentDisposition: "attachment; filename=\"directory.csv\""])
    }

    static func bundle(_ call: PortalCall) throws -> Response {
        try guarded(call)
        return Answer.bytes(.ok, Answer.fhirJSON, bundle(plans(call)))
    }

    private static func plans(_ call: PortalCall) -> [Plan] { call.site.plans.filter { $0.policy.environment == .production } }

    /// Whether one of this developer's applications has production access and has not lost it.
    static func isOpen(_ call: PortalCall) throws(Refusal) -> Bool {
        for application in try call.store.applications(of: try call.account().key) where application.standing == .active {
            if try call.store.production(of: application.key)?.state == .approved { return true }
        }
        return false
    }

    private static func guarded(_ call: PortalCall) throws(Refusal) {
        guard try isOpen(call) else { throw Refusal(.forbidden, "The directory opens with production access.") }
    }

    private static func json(_ plans: [Plan]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.member(
                "plans",
                array: { list in
                    for plan in plans {
                        list.object { entry in
                            entry.member("id", plan.id)
                            entry.member("name", plan.name)
                            entry.member("authorize", plan.addresses.authorize)
                            entry.member("token", plan.addresses.token)
                            entry.member("fhir", plan.addresses.fhir)
                        }
                    }
                })
        }
        return writer.bytes
    }

    /// RFC 4180.
    private static func csv(_ plans: [Plan]) -> String {
        func quoted(_ text: String) -> String {
            // A cell that begins like a formula is one to a spreadsheet.
            let safe = text.utf8.first.map { "=+-@".utf8.contains($0) } ?? false ? "'" + text : text
            return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        let lines = plans.map {
            [$0.id, $0.name, $0.addresses.authorize, $0.addresses.token, $0.addresses.fhir].map(quoted).joined(separator: ",")
        }
        return (["id,name,authorize,token,fhir"] + lines).joined(separator: "\r\n") + "\r\n"
    }

    /// Organization and Endpoint of each plan; the OAuth addresses stand in the extension that SMART defines for them.
    private static func bundle(_ plans: [Plan]) -> [UInt8] {
        let oauth = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
        var writer = JSONWriter()
        writer.object { root in
            root.member("resourceType", "Bundle")
            root.member("type", "collection")
            root.member(
                "entry",
                array: { entries in
                    for plan in plans {
                        entries.object { entry in
                            entry.member("fullUrl", "\(plan.addresses.fhir)/Organization/\(plan.id)")
                            entry.member(
                                "resource",
                                object: { organization in
                                    organization.member("resourceType", "Organization")
                                    organization.member("id", plan.id)
                                    organization.member("active", true)
                                    organization.member("name", plan.name)
                                    organization.member("endpoint", array: { $0.object { $0.member("reference", "Endpoint/\(plan.id)") } })
                                })
                        }
                        entries.object { entry in
                            entry.member("fullUrl", "\(plan.addresses.fhir)/Endpoint/\(plan.id)")
                            entry.member(
                                "resource",
                                object: { endpoint in
                                    endpoint.member("resourceType", "Endpoint")
                                    endpoint.member("id", plan.id)
                                    endpoint.member(
                                        "extension",
                                        array: { extensions in
                                            extensions.object { outer in
                                                outer.member(
                                                    "extension",
                                                    array: { inner in
                                                        for (name, address) in [
                                                            ("authorize", plan.addresses.authorize), ("token", plan.addresses.token),
                                                        ] {
                                                            inner.object {
                                                                $0.member("url", name)
                                                                $0.member("valueUri", address)
                                                            }
                                                        }
                                                    })
                                                outer.member("url", oauth)
                                            }
                                        })
                                    endpoint.member("status", "active")
                                    endpoint.member(
                                        "connectionType",
                                        object: {
                                            $0.member("system", "http://terminology.hl7.org/CodeSystem/endpoint-connection-type")
                                            $0.member("code", "hl7-fhir-rest")
                                        })
                                    endpoint.member("name", plan.name)
                                    endpoint.member(
                                        "managingOrganization", object: { $0.member("reference", "Organization/\(plan.id)") })
                                    endpoint.member("payloadType", array: { $0.object { $0.member("text", "FHIR R4, member-authorized") } })
                                    endpoint.member("address", plan.addresses.fhir)
                                })
                        }
                    }
                })
        }
        return writer.bytes
    }
}
