/// Why a resource cannot be taken in; one sentence that says what to mend.
package struct ResourceProblem: Error, Sendable, Equatable {
    package let explanation: String
    package init(_ explanation: String) { self.explanation = explanation }
}
