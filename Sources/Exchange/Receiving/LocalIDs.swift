import Crypto
package import FHIR
import Foundation

/// The ids under which one payer's resources stand in this plan's record of one member: fresh, and always the same for the same resource, so
/// that bringing it again changes it instead of doubling it, and no sender can choose an id that is taken.
package struct LocalIDs: Sendable {
    private let head: String
    /// The member's own here: what the sender says of its Patient is said of this one.
    package let patientID: ResourceID
    private let servesPatient: Bool

    /// `servesPatient`: the plan has no Patient of its own, so the one that was sent takes its place.
    package init(plan: Key<Plan>, member: Key<Member>, payer: Key<SendingPayer>, patientID: ResourceID, servesPatient: Bool) {
        head = "\(plan.number)|\(member.number)|\(payer.number)|"
        (self.patientID, self.servesPatient) = (patientID, servesPatient)
    }

    package subscript(_ type: ResourceType, _ sourceID: String) -> ResourceID {
        type == .patient && servesPatient ? patientID : Self.made(head + "\(type.name)/\(sourceID)")
    }

    /// For a member who has no Patient here yet.
    package static func patient(plan: Key<Plan>, member: Key<Member>) -> ResourceID { made("\(plan.number)|\(member.number)|Patient") }

    /// Of the Provenance that says through whom one transfer's resources of a type came.
    package func provenance(of transfer: Key<Transfer>, _ type: ResourceType) -> ResourceID {
        Self.made(head + "received|\(transfer.number)|\(type.name)")
    }

    /// The first 128 bits of a SHA-256 in hexadecimal.
    private static func made(_ name: String) -> ResourceID {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(32)
        for byte in SHA256.hash(data: Data(name.utf8)).prefix(16) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        // 32 hexadecimal digits are an id.
        guard let id = text.withUnsafeBytes({ ResourceID($0) }) else { preconditionFailure("\(text.count) hexadecimal digits are no id") }
        return id
    }
}
