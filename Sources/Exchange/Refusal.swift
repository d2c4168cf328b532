/// The one error that crosses rooms: what kind of no it is, what the caller may read, and what only the log may.
package struct Refusal: Error, Sendable {
    package enum Code: Sendable, Equatable {
        case notFound, invalid, forbidden, unauthorized, conflict, expired, tooManyAttempts, unavailable
    }

    package let code: Code
    package let message: String
    /// For the log only; never a secret, never a person's data.
    package let cause: String?

    package init(_ code: Code, _ message: String, cause: String? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }
}
