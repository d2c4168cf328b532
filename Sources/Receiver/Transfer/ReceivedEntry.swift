import Crypto
import Exchange
import FHIR

/// Judges one resource on its arrival: kept as it is, or put aside with the reason.
enum ReceivedEntry {
    case resource(StagedResource)
    case issue(TransferIssue)

    /// What says something about the server or about how FHIR is used is no one's record.
    private static let noRecord: Set<ResourceType> = [
        .activityDefinition, .auditEvent, .bundle, .capabilityStatement, .codeSystem, .compartmentDefinition, .conceptMap, .graphDefinition,
        .implementationGuide, .library, .messageDefinition, .namingSystem, .operationDefinition, .operationOutcome, .parameters,
        .searchParameter, .structureDefinition, .structureMap, .subscription, .terminologyCapabilities, .testReport, .testScript, .valueSet,
    ]

    /// `expected`: the type that was asked for; nil when any may come.
    init(_ resource: JSONValue, expected: ResourceType?, patient: String, limit: Int) {
        let name = PlainText.shown(resource["resourceType"], limit: 64) ?? ""
        let id = PlainText.shown(resource["id"], limit: 64) ?? ""
        func aside(_ reason: String, body: Bool = true) -> ReceivedEntry {
            .issue(
                TransferIssue(
                    .quarantined, type: name, id: id, reason: reason,
                    body: body && resource.bytes.count <= limit ? Array(resource.bytes) : nil))
        }
        guard resource.isObject else { self = aside("it is no resource"); return }
        guard let type = resource["resourceType"]?.text.flatMap({ ResourceType($0) }) else {
            self = aside("its type is not one of FHIR R4")
            return
        }
        // What may not be shared is not kept either, not even aside.
        guard !ReleasedTypes.isNeverShared(type) else { self = aside("this exchange never carries it", body: false); return }
        guard !Self.noRecord.contains(type) else { self = aside("it is not part of a member’s record", body: false); return }
        do throws(ResourceLine.Rejection) {
            let checked = try ResourceLine.check(resource, type: expected ?? type, patient: patient, limit: limit)
            guard let id = ResourceID(checked) else { self = aside("it has no valid id"); return }
            // The same reading that keeping it will do: what hides claims inside it, or cannot be given an id, does not come in.
            do throws(ResourceProblem) { _ = try IncomingResource(received: resource, of: id) } catch {
                self = aside(error.explanation, body: false)
                return
            }
            var hash = SHA256()
            hash.update(bufferPointer: resource.bytes)
            self = .resource(StagedResource(type: type, id: id, digest: Array(hash.finalize()), body: Array(resource.bytes)))
        } catch {
            self = aside(error.reason, body: error.reason != ResourceLine.otherPatient)
        }
    }
}
