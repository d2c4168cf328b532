/// A made-up member of a plan, as the plan's own list of members knows them.
package struct SyntheticMember: Sendable, Equatable {
    package let index: Int
    /// The plan's number for the member: `01-testmemid` to `05-testmemid` for the test members, otherwise such as `DHP-000017-3`.
    package let memberID: String
    package let firstName, lastName: String
    /// `YYYY-MM-DD`.
    package let birthDate: String
    /// A code of FHIR's administrative-gender.
    package let gender: String
    /// Five digits.
    package let postalCode: String
    /// At example.com or example.org, which deliver to nobody (RFC 2606 §3).
    package let email: String
    /// `YYYY-MM-DD`.
    package let coverageStart: String
    /// `YYYY-MM-DD`, for a member whose plan ended.
    package let coverageEnd: String?
    /// The id of the member's Patient.
    package let patientID: String
    package let isTestMember: Bool
    /// One short phrase about the record, for a table.
    package let summary: String
}
