/// One member of one plan: the only door to clinical data. Every storage call that can return some takes it as an argument.
package struct Compartment: Sendable, Hashable {
    package let plan: Key<Plan>
    package let member: Key<Member>
    /// The FHIR id of the member's Patient.
    package let patientID: String

    package init(plan: Key<Plan>, member: Key<Member>, patientID: String) {
        (self.plan, self.member, self.patientID) = (plan, member, patientID)
    }
}
