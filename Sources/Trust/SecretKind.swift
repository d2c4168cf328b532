/// What a secret opens. The raw value stands at its head, so leak scanners find it and one kind can never be used as another.
package enum SecretKind: String, Sendable, CaseIterable {
    case clientSecret = "p2ps"
    case authorizationCode = "p2pc"
    case accessToken = "p2pa"
    case refreshToken = "p2pr"
    case session = "p2px"
    case formToken = "p2pf"
    /// One authorisation in progress, bound to one browser.
    case transaction = "p2pt"
    /// A link in an e-mail: invitation, confirmation, password reset.
    case emailLink = "p2pl"
    case registrationToken = "p2pg"
}
