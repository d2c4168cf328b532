/// Why a search cannot be answered; each becomes a 400 with an OperationOutcome.
package struct SearchProblem: Error, Sendable, Equatable {
    package enum Code: String, Sendable { case invalid, notSupported = "not-supported", tooCostly = "too-costly" }
    package let code: Code
    package let explanation: String
    /// The parameter at fault, as it was written.
    package let parameter: String?

    package init(_ code: Code, _ explanation: String, parameter: String? = nil) {
        (self.code, self.explanation, self.parameter) = (code, explanation, parameter)
    }
}
