import Exchange
import FHIR
import Foundation
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// One request to the portal: who asks, from which browser, with which form.
struct PortalCall: Sendable {
    let door: PortalDoor
    let request: Request
    let context: SiteContext
    let realm: Account.Realm
    let browser: Secret
    let session: Session?
    let input: PortalInputValues

    var site: Site { door.site }
    var store: any Site.Store { door.site.store }
    var now: Timestamp { door.site.world.now() }

    /// Only behind a row that admits someone who is signed in.
    func account() throws(Refusal) -> Account {
        guard let session else { throw Refusal(.unauthorized, "Sign in first.") }
        return session.account
    }

    /// So that a page shows the requests of this moment too.
    func keepRequests() async throws(Refusal) { try await site.requests?.flush(to: store, world: site.world) }

    func parameter(_ name: String) -> String { context.parameters.get(name) ?? "" }
    /// A secret in the path.
    func link() -> SecretHash? { Secret(parameter("link"), kind: .emailLink)?.hash }
    func query(_ name: String) -> String? { (try? FormParameters(query: request.uri.query))?.value(name) }

    /// The place the request comes from: an IPv4 address, or the 64 bits of an IPv6 address that are one customer's.
    var client: String {
        var address = in6_addr()
        guard inet_pton(AF_INET6, peer, &address) == 1 else { return peer }
        return withUnsafeBytes(of: address) { bytes in
            let isMapped = bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            return bytes.dropFirst(isMapped ? 12 : 0).prefix(isMapped ? 4 : 8).map { String($0) }.joined(separator: isMapped ? "." : ":")
        }
    }

    /// A proxy that is known says for whom it asks; what anyone else says of it does not count.
    private var peer: String { site.proxies.client(context.peer ?? "", forwardedFor: request.headers[values: .forwardedFor]) }

    var root: String { realm == .portal ? "/portal" : "/review" }
    func url(_ path: String) -> String { site.publicAddress + path }

    var frame: PortalFrame {
        var menu: [PortalFrame.Link] = realm == .portal ? [.init("Documentation", "/docs")] : []
        if let session, session.stage == .full {
            switch session.account.role {
            case .developer:
                menu = [
                    .init("Applications", "/portal/applications"), .init("Documentation", "/docs"), .init("Account", "/portal/account"),
                ]
            case .reviewer:
                menu = [
                    .init("Cases", "/review"), .init("Applications", "/review/applications"), .init("Audit log", "/review/audit"),
                    .init("Account", "/review/account"),
                ]
            case .planOperator:
                menu = [.init("Applications", "/review/applications")]
                if receiving != nil { menu += [.init("Transfers", "/review/transfers"), .init("Other plans", "/review/payers")] }
                menu.append(.init("Account", "/review/account"))
            case .careManager: menu = [.init("Members", "/review/members"), .init("Account", "/review/account")]
            }
        }
        return PortalFrame(
            siteName: realm == .portal ? PortalFrame.portalName : PortalFrame.reviewName, assetBase: site.publicAddress + "/assets",
            sandboxHome: site.sandbox == nil ? nil : site.publicAddress + "/", menu: menu,
            signOut: session == nil ? nil : root + "/sign-out", token: FormToken(site.keys.formToken(browser.hash)))
    }

    /// How the plan of the one who is signed in receives; nil for a plan that does not.
    var receiving: Receiving? { site.receiving.first { $0.plan.key == session?.account.plan } }

    func show(_ html: String, isProblem: Bool = false) -> Response {
        Answer.page(isProblem ? .unprocessableContent : .ok, html, mayConnect: true)
    }

    func notice(_ kind: PortalNoticePage.Kind, _ status: HTTPResponse.Status, next: PortalFrame.Link? = nil) -> Response {
        Answer.page(status, PortalNoticePage(frame: frame, kind: kind, next: next).html())
    }

    func sandboxMail(to address: String? = nil) -> String? {
        guard site.sandbox != nil else { return nil }
        return address.map { SandboxPages.mailURL(site, to: $0) } ?? site.publicAddress + "/sandbox/mail"
    }
}

extension Account {
    /// How a case names this person.
    var caseRole: CaseRole {
        switch role {
        case .developer: .developer
        case .reviewer: .reviewer
        case .planOperator, .careManager: .planOperator
        }
    }
}
