import Exchange
import FHIR
import Foundation
package import Trust

/// An app as its owner knows it, with the secret in the clear.
package struct TestApp: Sendable {
    package let clientID: String
    package let secret: Secret?
    package let redirectURI: String

    package init(clientID: String, secret: Secret?, redirectURI: String) {
        (self.clientID, self.secret, self.redirectURI) = (clientID, secret, redirectURI)
    }

    /// `client_id` and, when there is one, `client_secret`, as a form carries them.
    package var fields: [(String, String)] {
        [("client_id", clientID)] + (secret.map { [("client_secret", $0.text)] } ?? [])
    }

    /// The value of `Authorization` for `client_secret_basic`.
    package var basic: String {
        let pair = "\(WebForm.encoded(clientID)):\(WebForm.encoded(secret?.text ?? ""))"
        return "Basic " + Data(pair.utf8).base64EncodedString()
    }
}

/// The apps that every test site has.
package struct TestApps: Sendable {
    package static let loopback = "http://127.0.0.1:8765/callback"
    package static let web = "https://app.example.com/callback?fixed=1"

    /// With a secret; of both plans.
    package let payer = TestApp(clientID: "new-health-plan", secret: .make(.clientSecret), redirectURI: loopback)
    /// With a secret; of both plans.
    package let rival = TestApp(clientID: "rival-health-plan", secret: .make(.clientSecret), redirectURI: loopback)
    /// Without a secret; of both plans.
    package let phone = TestApp(clientID: "phone-app", secret: nil, redirectURI: loopback)
    /// With a secret; of the other plan alone.
    package let foreign = TestApp(clientID: "foreign-health-plan", secret: .make(.clientSecret), redirectURI: loopback)

    init() {}

    func register(in store: some AppStore, demo: Key<Plan>, other: Key<Plan>, at now: Timestamp) async throws {
        for app in [payer, rival, phone, foreign] {
            let registration = AppRegistration(
                name: "The \(app.clientID)", organization: "New Health Plan (made up)", kind: app.secret == nil ? .public : .confidential,
                redirectURIs: try [Self.loopback, Self.web].map { try RedirectURI($0, for: .sandbox) }, clientID: app.clientID,
                secretHash: app.secret?.hash)
            _ = try await store.register(registration, plans: app.clientID == foreign.clientID ? [other] : [demo, other], at: now)
        }
    }
}
