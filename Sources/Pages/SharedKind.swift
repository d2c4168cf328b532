/// How many records of one FHIR type would be shared.
package struct SharedKind: Sendable {
    /// FHIR type name: `Immunization`.
    package var type: String
    package var count: Int

    package init(type: String, count: Int) {
        self.type = type
        self.count = count
    }
}
