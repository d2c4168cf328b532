package import Exchange

/// How one plan receives records from others.
package struct Receiving: Sendable {
    /// How members come in.
    package enum Entrance: Sendable, Equatable {
        /// Anyone may be any of these: a sandbox alone.
        case choose([String])
        /// A code goes to the address that the plan has.
        case code
    }

    package let plan: Plan
    package let entrance: Entrance
    /// The key with which the plan's own member portal signs its links; nil when it has none.
    package let linkKey: [UInt8]?
    package let connector: any SenderConnector
    package let sealing: Sealing

    package init(plan: Plan, entrance: Entrance, linkKey: [UInt8]?, connector: any SenderConnector, sealing: Sealing) {
        (self.plan, self.entrance, self.linkKey, self.connector, self.sealing) = (plan, entrance, linkKey, connector, sealing)
    }

    /// Where the sending payers send their answers; registered with each of them.
    package static func redirectURI(publicAddress: String, plan: String) -> String { "\(publicAddress)/\(plan)/record/callback" }
}
