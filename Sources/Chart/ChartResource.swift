package import FHIR

/// One kept resource as it lies in the store, with where it came from.
package struct ChartResource: Sendable {
    package let type: ResourceType
    /// The local id, under which the store keeps it; other resources' references carry it.
    package let id: String
    /// The resource as it was sent, ids and references aside.
    package let bytes: [UInt8]
    /// The sending payer's name as people read it; empty for the plan's own.
    package let payer: String
    package let receivedAt: Timestamp

    package init(type: ResourceType, id: String, bytes: [UInt8], payer: String, receivedAt: Timestamp) {
        (self.type, self.id, self.bytes, self.payer, self.receivedAt) = (type, id, bytes, payer, receivedAt)
    }
}
