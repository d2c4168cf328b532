import Exchange
import Hummingbird
import Pages

/// The documentation, which the law wants open to everyone (45 CFR 156.221(d), 170.404(a)(2)): no page asks who reads it.
enum DocsSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/docs", .anyone(.portal), home),
        PortalRoute(.get, "/docs/test-members", .anyone(.portal), testMembers),
        PortalRoute(.get, "/docs/:document", .anyone(.portal)) { try await page($0, chapter: nil) },
        PortalRoute(.get, "/docs/:document/:chapter", .anyone(.portal)) { try await page($0, chapter: $0.parameter("chapter")) },
    ]

    private static func home(_ call: PortalCall) async throws -> Response {
        call.show(
            DocsHomePage(frame: call.frame, hasTestMembers: call.site.sandbox != nil, clientID: try application(call)?.clientID).html())
    }

    /// The signed-in developer's newest app, whose values stand in the examples.
    private static func application(_ call: PortalCall) throws(Refusal) -> DeveloperApp? {
        guard let session = call.session, session.stage == .full, session.account.role == .developer else { return nil }
        return try call.store.applications(of: session.account.key).max { $0.createdAt < $1.createdAt }
    }

    private static func page(_ call: PortalCall, chapter: String?) async throws -> Response {
        guard let name = DocumentShelf.Name(rawValue: call.parameter("document")), let plan = call.site.plans.first else {
            return call.notice(.notFound, .notFound, next: .init("Documentation", "/docs"))
        }
        let app = try application(call)
        let reader = DocumentShelf.Reader(
            publicAddress: call.site.publicAddress, authorization: plan.addresses.authorization, fhir: plan.addresses.fhir,
            clientID: app?.clientID, redirectURI: app?.redirectURIs.first)
        guard let html = DocumentPage(frame: call.frame, name: name, reader: reader, chapter: chapter).html() else {
            return call.notice(.notFound, .notFound, next: .init(name.words, name.address))
        }
        return call.show(html)
    }

    private static func testMembers(_ call: PortalCall) async throws -> Response {
        guard let sandbox = call.site.sandbox else { return call.notice(.notFound, .notFound, next: .init("Documentation", "/docs")) }
        let members = sandbox.testMembers.map {
            TestMembersPage.Member(
                name: "\($0.firstName) \($0.lastName)", birthDate: SandboxPages.american($0.birthDate), memberID: $0.memberID,
                postalCode: $0.postalCode, summary: $0.summary)
        }
        return call.show(TestMembersPage(frame: call.frame, members: members, mailURL: call.url("/sandbox/mail")).html())
    }
}
