/// Keeps secrets at rest under the server's key; given by the composition root.
package struct Sealing: Sendable {
    /// The sealed bytes. `context` names the row and the field, so that they open nowhere else.
    package let seal: @Sendable (_ secret: [UInt8], _ context: String) throws(Refusal) -> [UInt8]
    /// Nil when they were sealed for another place, under another key, or altered.
    package let open: @Sendable (_ sealed: [UInt8], _ context: String) -> [UInt8]?

    package init(
        seal: @escaping @Sendable ([UInt8], String) throws(Refusal) -> [UInt8], open: @escaping @Sendable ([UInt8], String) -> [UInt8]?
    ) {
        (self.seal, self.open) = (seal, open)
    }
}
