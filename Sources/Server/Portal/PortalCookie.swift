import Exchange
import HTTPTypes
import Hummingbird
import Trust

/// The cookie of one door: the secret of a session, or of a browser nobody has signed in with.
struct PortalCookie: Sendable {
    let realm: Account.Realm
    let isSecure: Bool

    init(_ realm: Account.Realm, publicAddress: String) {
        self.realm = realm
        isSecure = publicAddress.utf8.starts(with: "https:".utf8)
    }

    /// Browsers take `__Host-` only over https, where it keeps other hosts from setting it.
    private var name: String { (isSecure ? "__Host-" : "") + "payerbridge-\(realm.rawValue)" }

    func header(_ secret: Secret) -> String {
        "\(name)=\(secret.text); Path=/; Max-Age=\(Session.hours * 3600); HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    func read(_ request: Request) -> Secret? { Self.value(name, request).flatMap { Secret($0, kind: .session) } }

    /// Something shown once after a redirect, sealed by us and kept by the browser below one path.
    func flash(_ value: String, path: String, seconds: Int = 120) -> String {
        "payerbridge-once=\(value); Path=\(path); Max-Age=\(seconds); HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    static func flash(_ request: Request) -> String? { value("payerbridge-once", request) }

    private static func value(_ wanted: String, _ request: Request) -> String? {
        for line in request.headers[values: .cookie] {
            for part in line.split(separator: ";") {
                let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2, pair[0].utf8.elementsEqual(wanted.utf8) { return String(pair[1]) }
            }
        }
        return nil
    }
}
