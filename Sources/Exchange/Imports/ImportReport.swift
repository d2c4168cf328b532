/// What an import did, with the resources it could not take and why.
package struct ImportReport: Sendable {
    package struct Problem: Sendable, Equatable {
        /// `file:line`, or `file:entry 12` inside a Bundle.
        package let place: ImportPlace
        package let reason: String
        package init(place: ImportPlace, reason: String) { (self.place, self.reason) = (place, reason) }
    }

    package var added = 0
    package var updated = 0
    package var unchanged = 0
    package var problems = ImportProblems()
    /// References that name nothing known; their resources were kept.
    package var warnings = ImportProblems()

    package init() {}

    package var kept: Int { added + updated + unchanged }
}
