import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// One request to a member's record pages: from which browser, who is signed in there, in which language.
struct RecordCall: Sendable {
    let door: RecordDoor
    let request: Request
    let context: SiteContext
    let browser: Secret
    let session: RecordSession?
    let language: Language
    let input: PortalInputValues

    var site: Site { door.site }
    var receiving: Receiving { door.receiving }
    var plan: Plan { door.receiving.plan }
    var store: any Site.Store { door.site.store }
    var now: Timestamp { door.site.world.now() }
    var root: String { door.root }

    func parameter(_ name: String) -> String { context.parameters.get(name) ?? "" }
    func query(_ name: String) -> String? { (try? FormParameters(query: request.uri.query))?.value(name) }

    var frame: RecordFrame {
        let here = site.publicAddress + request.uri.path
        var links: [Language: String] = [:]
        for other in Language.allCases where other != language { links[other] = "\(here)?lang=\(other.rawValue)" }
        return RecordFrame(
            language: language, planName: plan.name, assetBase: site.publicAddress + "/assets",
            sandboxHome: site.sandbox == nil ? nil : site.publicAddress + "/", languageLinks: links, root: root, isSignedIn: session != nil,
            token: FormToken(site.keys.formToken(browser.hash)))
    }

    func show(_ html: String, isProblem: Bool = false, formTargets: [String] = []) -> Response {
        Answer.page(isProblem ? .unprocessableContent : .ok, html, formTargets: formTargets, mayConnect: true)
    }

    func notice(_ kind: RecordNoticePage.Kind, _ status: HTTPResponse.Status) -> Response {
        Answer.page(status, RecordNoticePage(frame: frame, kind: kind).html())
    }

    /// Who is signed in; only behind a row that asks for it.
    func member() throws(Refusal) -> Member {
        guard let session, let member = try store.member(session.member, plan: plan.key) else {
            throw Refusal(.unauthorized, "Sign in first.")
        }
        return member
    }

    func audit(_ action: String, _ subject: String, detail: String = "") -> AuditEntry {
        AuditEntry(session.map { .member($0.member) } ?? .stranger, action, subject, detail: detail)
    }
}
