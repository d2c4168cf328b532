/// What a sending payer's public documents say of it.
package struct SenderFacts: Sendable {
    package let fhirBase: String
    package let authorize: String
    package let issuer: String?
    /// RFC 9207 §3: its answers carry `iss`.
    package let needsIssuer: Bool
    package let software: String?
    /// How many types it lets search or read.
    package let types: Int
    /// The whole record in one operation.
    package let offersEverything: Bool

    package init(
        fhirBase: String, authorize: String, issuer: String?, needsIssuer: Bool, software: String?, types: Int, offersEverything: Bool
    ) {
        (self.fhirBase, self.authorize, self.issuer, self.needsIssuer) = (fhirBase, authorize, issuer, needsIssuer)
        (self.software, self.types, self.offersEverything) = (software, types, offersEverything)
    }
}

/// What a member's browser is sent to the other plan with. SMART App Launch 2.2.0, standalone launch; RFC 7636.
package struct MemberErrand: Sendable {
    package let clientID: String
    package let redirectURI: String
    package let scope: String
    package let state: String
    /// Of the verifier that stays here.
    package let challenge: String

    package init(clientID: String, redirectURI: String, scope: String, state: String, challenge: String) {
        (self.clientID, self.redirectURI, self.scope) = (clientID, redirectURI, scope)
        (self.state, self.challenge) = (state, challenge)
    }
}

/// One finding about a connection, and what mends it.
package struct ConnectionCheck: Sendable, Equatable {
    package enum Outcome: String, Sendable { case passed, warning, failed, skipped }

    package let name: String
    package let outcome: Outcome
    package let seen: String
    /// Nil when there is nothing to mend.
    package let fix: String?

    package init(name: String, outcome: Outcome, seen: String, fix: String?) {
        (self.name, self.outcome, self.seen, self.fix) = (name, outcome, seen, fix)
    }
}

/// A row of a sender's own directory: a payer that can be taken over, or why it cannot.
package struct ListedPayer: Sendable, Equatable {
    package let name: String
    package let address: String
    /// Nil for one that can be used.
    package let problem: String?
    package init(name: String, address: String, problem: String?) { (self.name, self.address, self.problem) = (name, address, problem) }
}

/// The way to sending payers over the network; given to the server by the composition root.
package protocol SenderConnector: Sendable {
    /// Finds everything from the address that the payer's people gave. Refused with words for the plan's people.
    func find(_ address: String) async throws(Refusal) -> SenderFacts
    /// The address of the other plan's authorize page.
    func authorizeAddress(_ facts: SenderFacts, _ request: MemberErrand) -> String
    /// Everything that can be checked without a member. `secret` nil for a public client.
    func examine(_ payer: SendingPayer, secret: String?, redirectURI: String) async -> [ConnectionCheck]
    /// Reads a directory, JSON or a FHIR Bundle; refused when it is neither.
    func listed(in directory: [UInt8]) throws(Refusal) -> [ListedPayer]
}
