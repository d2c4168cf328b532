package import FHIR

/// The Provenance that says from whom, and when, the resources of one type came in one transfer. Source: PDex 2.2 §pdex-07, §pdex-127,
/// US Core Provenance.
package enum ReceivedProvenance {
    private static let participant = "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type"

    /// `targets` in the order of their ids, all of `type`.
    package static func bytes(
        id: ResourceID, type: ResourceType, targets: [ResourceID], patientID: String, payer: String, fhirBase: String, receivedAt: Timestamp
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { provenance in
            provenance.member("resourceType", "Provenance")
            provenance.member("id", id.text)
            provenance.member(
                "meta",
                object: { $0.member("profile", strings: ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance"]) })
            provenance.member(
                "target",
                array: { list in
                    list.object { $0.member("reference", "Patient/\(patientID)") }
                    for target in targets where type != .patient {
                        list.object { $0.member("reference", "\(type.name)/\(target.text)") }
                    }
                })
            provenance.member("recorded", receivedAt.instant)
            provenance.member("agent", array: { $0.object { transmitter(&$0, payer, fhirBase) } })
        }
        return writer.bytes
    }

    private static func transmitter(_ agent: inout JSONWriter, _ payer: String, _ fhirBase: String) {
        agent.member(
            "type",
            object: {
                $0.member(
                    "coding",
                    array: {
                        $0.object { coding in
                            coding.member("system", participant)
                            coding.member("code", "transmitter")
                            coding.member("display", "Transmitter")
                        }
                    })
            })
        agent.member(
            "who",
            object: { who in
                who.member("type", "Organization")
                who.member(
                    "identifier",
                    object: {
                        $0.member("system", "urn:ietf:rfc:3986")
                        $0.member("value", fhirBase)
                    })
                who.member("display", payer)
            })
    }
}
