import Crypto
package import FHIR
import Foundation

/// The ids under which one payer's resources stand in this plan's record of one member: fresh, and always the same for the same resource, so
/// that bringing it again changes it instead of doubling it, and no sender can choose an id that is taken.
package struct LocalIDs: Sendable {
    private let head: String
    private let patientID: ResourceID

    /// `patientID` is the member's own here: what the sender says of its Patient is said of this one.
    package init(plan: Key<Plan>, member: Key<Member>, payer: Key<SendingPayer>, patientID: ResourceID) {
        head = "\(plan.number)|\(member.number)|\(payer.number)|"
        self.patientID = patientID
    }

    package subscript(_ type: ResourceType, _ sourceID: String) -> ResourceID {
        type == .patient ? patientID : made("\(type.name)/\(sourceID)")
    }

    /// Of the Provenance that says through whom one transfer's resources of a type came.
    package func provenance(of transfer: Key<Transfer>, _ type: ResourceType) -> ResourceID {
        made("received|\(transfer.number)|\(type.name)")
    }

    /// The first 128 bits of a SHA-256 in hexadecimal.
    private func made(_ name: String) -> ResourceID {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(32)
        for byte in SHA256.hash(data: Data((head + name).utf8)).prefix(16) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        // 32 hexadecimal digits are an id.
        return text.withUnsafeBytes { ResourceID($0) } ?? patientID
    }
}
