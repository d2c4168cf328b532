import Exchange
import HTTPTypes
import Hummingbird
import Trust

/// The cookie that ties walks to the browser in which they began: one for a browser and plan, however many walks.
enum WalkCookie {
    private static func name(_ plan: Plan) -> String {
        // Browsers take `__Host-` only over https, where it keeps other hosts from setting it.
        (isSecure(plan) ? "__Host-" : "") + "payerbridge-\(plan.id)"
    }

    static func header(_ secret: String, plan: Plan) -> String {
        "\(name(plan))=\(secret); Path=/; Max-Age=\(Authorization.minutes * 60); HttpOnly; SameSite=Lax"
            + (isSecure(plan) ? "; Secure" : "")
    }

    static func read(_ request: Request, plan: Plan) -> Secret? {
        let wanted = name(plan)
        for line in request.headers[values: .cookie] {
            for part in line.split(separator: ";") {
                let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2, pair[0].utf8.elementsEqual(wanted.utf8) { return Secret(String(pair[1]), kind: .session) }
            }
        }
        return nil
    }

    private static func isSecure(_ plan: Plan) -> Bool { plan.addresses.authorization.utf8.starts(with: "https:".utf8) }
}
