/// A person in a health plan, as the plan's roster has them.
package struct Member: Sendable, Equatable {
    package let key: Key<Member>
    package let memberID: String
    package let firstName: String
    package let lastName: String
    /// YYYY-MM-DD.
    package let birthDate: String
    package let postalCode: String
    package let email: String?
    package let coverageStart: String?
    package let coverageEnd: String?
    /// The FHIR id of the member's Patient; nil until a record has arrived.
    package let patientID: String?

    package init(
        key: Key<Member>, memberID: String, firstName: String, lastName: String, birthDate: String, postalCode: String, email: String?,
        coverageStart: String?, coverageEnd: String?, patientID: String?
    ) {
        (self.key, self.memberID, self.firstName, self.lastName) = (key, memberID, firstName, lastName)
        (self.birthDate, self.postalCode, self.email) = (birthDate, postalCode, email)
        (self.coverageStart, self.coverageEnd, self.patientID) = (coverageStart, coverageEnd, patientID)
    }

    package var name: String { "\(firstName) \(lastName)" }
}

/// A line of the roster on its way in.
package struct RosterEntry: Sendable, Equatable {
    package var memberID: String
    package var firstName: String
    package var lastName: String
    package var birthDate: String
    package var postalCode: String
    package var email: String?
    package var coverageStart: String?
    package var coverageEnd: String?
    package var patientID: String?

    package init(
        memberID: String, firstName: String, lastName: String, birthDate: String, postalCode: String, email: String? = nil,
        coverageStart: String? = nil, coverageEnd: String? = nil, patientID: String? = nil
    ) {
        (self.memberID, self.firstName, self.lastName) = (memberID, firstName, lastName)
        (self.birthDate, self.postalCode, self.email) = (birthDate, postalCode, email)
        (self.coverageStart, self.coverageEnd, self.patientID) = (coverageStart, coverageEnd, patientID)
    }
}

package enum RosterChange: Sendable, Equatable { case added, changed, unchanged, refused(String) }

package protocol MemberStore: Sendable {
    /// Those whose member ID, folded, is this one: none, one, or (two IDs that differ in case) more.
    func members(memberID: String, plan: Key<Plan>) throws(Refusal) -> [Member]
    func member(_ key: Key<Member>, plan: Key<Plan>) throws(Refusal) -> Member?
    /// A page of the roster in the order of member IDs; `search` looks in names and member ID.
    func members(plan: Key<Plan>, search: String?, limit: Int, offset: Int) throws(Refusal) -> [Member]
    func memberCount(plan: Key<Plan>) throws(Refusal) -> Int
    /// Adds or changes the roster's lines, a thousand in each transaction; a line that contradicts the roster is refused alone. Where it fails, those
    /// before may have been kept, and the same again finds them unchanged.
    func enrol(_ entries: [RosterEntry], plan: Key<Plan>) async throws(Refusal) -> [RosterChange]
    /// The member this address was proven for; nil when there is no account.
    func account(email: String, plan: Key<Plan>) throws(Refusal) -> Key<Member>?
    /// Whether another address already holds this member.
    func hasAccount(_ member: Key<Member>, otherThan email: String, plan: Key<Plan>) throws(Refusal) -> Bool
}
