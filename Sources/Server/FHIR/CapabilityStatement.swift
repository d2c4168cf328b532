import Exchange
import FHIR

/// `GET [base]/metadata`: what this API can do, written from the same table from which it searches.
enum CapabilityStatement {
    static func json(plan: Plan, date: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { statement in
            statement.member("resourceType", "CapabilityStatement")
            statement.member("status", "active")
            statement.member("date", date.instant)
            statement.member("publisher", plan.name)
            statement.member("kind", "instance")
            statement.member(
                "software",
                object: { software in
                    software.member("name", "PayerBridge")
                    software.member("version", Version.text)
                })
            statement.member(
                "implementation",
                object: { implementation in
                    implementation.member("description", "Payer-to-payer exchange of \(plan.name): a member's clinical record, read only")
                    implementation.member("url", plan.addresses.fhir)
                })
            statement.member("fhirVersion", "4.0.1")
            statement.member("format", strings: ["application/fhir+json", "json"])
            statement.member("implementationGuide", strings: ["http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core"])
            statement.member(
                "rest",
                array: {
                    $0.object { rest in
                        rest.member("mode", "server")
                        rest.member(
                            "documentation",
                            "Every answer stays within the one member who authorised the token. Claims and coverage are never shared.")
                        rest.member("security", object: { security(&$0, plan) })
                        rest.member(
                            "resource",
                            array: { list in
                                for type in ReleasedTypes.clinical { list.object { resource(&$0, type) } }
                            })
                    }
                })
        }
        return writer.bytes
    }

    private static func security(_ security: inout JSONWriter, _ plan: Plan) {
        security.member(
            "extension",
            array: {
                $0.object { uris in
                    uris.member("url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris")
                    uris.member(
                        "extension",
                        array: { list in
                            for (name, address) in [
                                ("authorize", plan.addresses.authorize), ("token", plan.addresses.token),
                                ("introspect", plan.addresses.introspect),
                                ("revoke", plan.addresses.revoke),
                            ] {
                                list.object { uri in
                                    uri.member("url", name)
                                    uri.member("valueUri", address)
                                }
                            }
                        })
                }
            })
        security.member("cors", true)
        security.member(
            "service",
            array: {
                $0.object { service in
                    service.member(
                        "coding",
                        array: {
                            $0.object { coding in
                                coding.member("system", "http://terminology.hl7.org/CodeSystem/restful-security-service")
                                coding.member("code", "SMART-on-FHIR")
                            }
                        })
                }
            })
    }

    private static func resource(_ resource: inout JSONWriter, _ type: ResourceType) {
        resource.member("type", type.name)
        resource.member(
            "interaction",
            array: { list in
                for code in ["read", "vread", "search-type"] { list.object { $0.member("code", code) } }
            })
        resource.member("versioning", "versioned")
        resource.member("readHistory", false)
        resource.member("updateCreate", false)
        resource.member("conditionalCreate", false)
        resource.member("conditionalUpdate", false)
        resource.member("conditionalDelete", "not-supported")
        resource.member("conditionalRead", "not-match")
        resource.member(
            "searchParam",
            array: { list in
                list.object { parameter(&$0, "_id", "token", "http://hl7.org/fhir/SearchParameter/Resource-id") }
                list.object { parameter(&$0, "_lastUpdated", "date", "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated") }
                for known in SearchTable.parameters(of: type) {
                    list.object { parameter(&$0, known.name, known.kind.rawValue, known.definition(for: type)) }
                }
            })
    }

    private static func parameter(_ parameter: inout JSONWriter, _ name: String, _ type: String, _ definition: String) {
        parameter.member("name", name)
        parameter.member("definition", definition)
        parameter.member("type", type)
    }
}
