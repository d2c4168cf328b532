import Exchange
import HTTPTypes
import Hummingbird
import Trust

/// The cookies of a member's record pages at one plan: the browser or its session, and the language that was chosen.
struct RecordCookie: Sendable {
    private let name: String
    private let path: String
    private let isSecure: Bool

    init(plan: Plan, publicAddress: String) {
        isSecure = publicAddress.utf8.starts(with: "https:".utf8)
        // Browsers take `__Host-` only over https, where it keeps other hosts from setting it.
        name = (isSecure ? "__Host-" : "") + "payerbridge-record-\(plan.id)"
        path = "/\(plan.id)/record"
    }

    func header(_ secret: Secret) -> String {
        "\(name)=\(secret.text); Path=/; Max-Age=\(RecordSession.hours * 3600); HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    func read(_ request: Request) -> Secret? { Self.value(name, request).flatMap { Secret($0, kind: .session) } }

    func language(_ code: String) -> String {
        "payerbridge-language=\(code); Path=\(path); Max-Age=31536000; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    static func language(_ request: Request) -> String? { value("payerbridge-language", request) }

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
