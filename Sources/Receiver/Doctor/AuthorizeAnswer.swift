import FHIR
import Trust

/// What the authorize endpoint's first answer tells about our registration; pure, since servers say it in many ways.
///
/// An unknown client or redirect address must end on a page and not with a redirect (RFC 6749 §4.1.2.1); everything else comes back to us as
/// an error, or goes on to a sign-in.
enum AuthorizeAnswer: Sendable, Equatable {
    /// The member would be asked next.
    case goesOn(String)
    case unknownClient(String)
    case unregisteredRedirect(String)
    /// The registration is known, and the server refuses it or the request.
    case refused(error: String, words: String?)
    case wrongState
    case broken(String)
    /// A page that only a person can judge.
    case unclear(String)

    init(_ answer: HTTPAnswer, from asked: WebAddress, redirectURI: String, state: String) {
        switch answer.status {
        case 301, 302, 303, 307, 308: self = Self.redirect(answer, asked, redirectURI, state)
        case 200: self = Self.page(answer)
        case 400, 401, 403: self = Self.errorPage(answer)
        default: self = .broken("the authorize endpoint answered \(answer.status)")
        }
    }

    private static func redirect(_ answer: HTTPAnswer, _ asked: WebAddress, _ redirectURI: String, _ state: String) -> AuthorizeAnswer {
        guard let location = answer.location else { return .broken("the authorize endpoint answered \(answer.status) and points nowhere") }
        let bytes = Array(location.utf8)
        let query = bytes.drop { $0 != UInt8(ascii: "?") }.dropFirst().prefix { $0 != UInt8(ascii: "#") }
        let fields = try? FormParameters(query)
        let error = fields.flatMap { try? $0.single("error") }
        let words = fields.flatMap { try? $0.single("error_description") }.map { PlainText.shown($0) }
        let isBack = bytes.prefix { $0 != UInt8(ascii: "?") }.elementsEqual(redirectURI.utf8.prefix { $0 != UInt8(ascii: "?") })
        guard isBack else {
            if let error { return .refused(error: PlainText.shown(error, limit: 80), words: words) }
            guard let to = asked.following(location, base: asked) else {
                return .broken("the authorize endpoint points to a place that cannot be read")
            }
            return .goesOn("the authorize endpoint leads to " + (to.origin == asked.origin ? "its own sign-in" : "\(to.origin)"))
        }
        guard let given = fields.flatMap({ try? $0.single("state") }), given.utf8.elementsEqual(state.utf8) else { return .wrongState }
        switch error {
        case nil: return .goesOn("the authorize endpoint sends a code back at once")
        case "login_required", "interaction_required", "account_selection_required", "consent_required", "access_denied":
            return .goesOn("the authorize endpoint knows the app and its redirect address")
        case let error?: return .refused(error: PlainText.shown(error, limit: 80), words: words)
        }
    }

    private static func page(_ answer: HTTPAnswer) -> AuthorizeAnswer {
        let source = lowered(answer.body)
        if source.contains("<form") { return .goesOn("the authorize endpoint shows a page with a form") }
        let judged = errorPage(answer)
        guard case .unclear(let seen) = judged else { return judged }
        return .unclear(seen)
    }

    private static func errorPage(_ answer: HTTPAnswer) -> AuthorizeAnswer {
        let shown = words(answer)
        let seen = "the authorize endpoint answered \(answer.status)" + (shown.isEmpty ? "" : ": \(PlainText.shown(shown, limit: 160))")
        let text = lowered(Array(words(answer, whole: true).utf8))
        if ["redirect_uri", "redirect uri", "redirect url", "redirecturi", "callback url"].contains(where: { text.contains($0) }) {
            return .unregisteredRedirect(seen)
        }
        if ["client_id", "client id", "clientid", "invalid_client", "unknown client", "client not found"].contains(where: {
            text.contains($0)
        }) {
            return .unknownClient(seen)
        }
        return .unclear(seen)
    }

    private static func lowered(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(256 * 1024), as: UTF8.self).lowercased()
    }

    /// The words of a JSON error or the text of a page without its tags; only the title when it has one, unless the `whole` is wanted.
    private static func words(_ answer: HTTPAnswer, whole: Bool = false) -> String {
        if let said = answer.words() { return said }
        let page = Array(answer.body.prefix(256 * 1024))
        if !whole, let title = between(page, "<title>", "</title>") { return title }
        var text: [UInt8] = []
        var isTag = false
        for byte in page {
            switch byte {
            case UInt8(ascii: "<"): isTag = true
            case UInt8(ascii: ">"):
                isTag = false
                text.append(0x20)
            default: if !isTag { text.append(byte) }
            }
        }
        return text.split(whereSeparator: { $0 <= 0x20 }).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    private static func between(_ bytes: [UInt8], _ open: String, _ close: String) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.firstRange(of: open), let end = text[start.upperBound...].firstRange(of: close) else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }
}
