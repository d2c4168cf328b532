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
            statement.member("instantiates", strings: ["http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"])
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
                                for type in ReleasedTypes.clinical where plan.policy.release(.memberAuthorized).types.contains(type) {
                                    list.object { resource(&$0, type) }
                                }
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
        let entry = SearchTable.entry(of: type)
        resource.member(
            "extension",
            array: { list in
                for combination in entry?.combinations ?? [] { list.object { Self.combination(&$0, combination) } }
            }, unlessEmpty: entry?.combinations.isEmpty ?? true)
        resource.member("type", type.name)
        resource.member(
            "supportedProfile",
            array: { list in
                for profile in entry?.profiles ?? [] { list.string(Self.profileAddress(profile)) }
            }, unlessEmpty: entry?.profiles.isEmpty ?? true)
        resource.member(
            "interaction",
            array: { list in
                for code in ["read", "vread", "search-type"] { list.object { $0.member("code", code) } }
            })
        resource.member("versioning", "versioned")
        resource.member("readHistory", false)
        resource.member("updateCreate", false)
        resource.member("conditionalCreate", false)
        resource.member("conditionalRead", "full-support")
        resource.member("conditionalUpdate", false)
        resource.member("conditionalDelete", "not-supported")
        let references = (entry?.parameters ?? []).filter { $0.kind == .reference }
        resource.member(
            "searchInclude", strings: ["*"] + references.map { "\(type.name):\($0.name)" })
        resource.member("searchRevInclude", strings: reverseIncludes(of: type))
        resource.member(
            "searchParam",
            array: { list in
                list.object { parameter(&$0, "_id", "token", "http://hl7.org/fhir/SearchParameter/Resource-id", nil) }
                list.object { parameter(&$0, "_lastUpdated", "date", "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated", nil) }
                for known in entry?.parameters ?? [] {
                    list.object { parameter(&$0, known.name, known.kind.rawValue, known.definition, known.expectation) }
                }
            })
        let operations = operations(of: type)
        resource.member(
            "operation",
            array: { list in
                for (name, definition) in operations {
                    list.object { operation in
                        operation.member("name", name)
                        operation.member("definition", definition)
                    }
                }
            }, unlessEmpty: operations.isEmpty)
    }

    /// `Provenance:target` first: US Core asks for it on every type.
    private static func reverseIncludes(of type: ResourceType) -> [String] {
        var found: [String] = []
        for entry in SearchTable.entries {
            for parameter in entry.parameters where parameter.kind == .reference && parameter.targets.contains(type) {
                found.append("\(entry.type.name):\(parameter.name)")
            }
        }
        let first = "Provenance:target"
        return [first] + found.filter { $0 != first }
    }

    private static func operations(of type: ResourceType) -> [(name: String, definition: String)] {
        switch type {
        case .patient: [("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything")]
        case .documentReference: [("docref", "http://hl7.org/fhir/us/core/OperationDefinition/docref")]
        default: []
        }
    }

    /// The paediatric profiles are FHIR's own vital signs under US Core's roof.
    private static func profileAddress(_ profile: String) -> String { "http://hl7.org/fhir/us/core/StructureDefinition/\(profile)" }

    private static func combination(_ extension: inout JSONWriter, _ combination: SearchCombination) {
        `extension`.member(
            "extension",
            array: { list in
                list.object { Self.expectation(&$0, combination.expectation) }
                for name in combination.names {
                    list.object { required in
                        required.member("url", "required")
                        required.member("valueString", name)
                    }
                }
            })
        `extension`.member("url", "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination")
    }

    private static func expectation(_ object: inout JSONWriter, _ expectation: SearchParameter.Expectation) {
        object.member("url", "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation")
        object.member("valueCode", expectation.rawValue)
    }

    private static func parameter(
        _ parameter: inout JSONWriter, _ name: String, _ type: String, _ definition: String, _ expectation: SearchParameter.Expectation?
    ) {
        if let expectation { parameter.member("extension", array: { $0.object { Self.expectation(&$0, expectation) } }) }
        parameter.member("name", name)
        parameter.member("definition", definition)
        parameter.member("type", type)
    }
}

extension JSONWriter {
    /// FHIR knows no empty arrays.
    fileprivate mutating func member(_ name: String, array body: (inout JSONWriter) -> Void, unlessEmpty isEmpty: Bool) {
        if !isEmpty { member(name, array: body) }
    }
}
