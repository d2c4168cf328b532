package import FHIR

/// Who acts in a case.
package enum CaseRole: String, Sendable, CaseIterable {
    case developer, sponsor, reviewer
    case planOperator = "operator"
}

/// One step of a case and the words that came with it; both sides read it.
package struct CaseEntry: Sendable {
    package let role: CaseRole
    package let name: String
    /// The action of the case's life cycle.
    package let action: String
    package let text: String
    package let at: Timestamp

    package init(role: CaseRole, name: String, action: String, text: String, at: Timestamp) {
        (self.role, self.name, self.action, self.text, self.at) = (role, name, action, text, at)
    }
}
