import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Replacing an application's client secret.
enum SecretSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/portal/applications/:client/secret", .developer) { try show($0, try own($0), []) },
        PortalRoute(.post, "/portal/applications/:client/secret", .developer, replace),
        PortalRoute(.post, "/portal/applications/:client/secret/retire", .developer, retire),
    ]

    private static func own(_ call: PortalCall) throws(Refusal) -> DeveloperApp {
        let application = try ApplicationSurface.own(call)
        guard application.standing == .active else { throw Refusal(.forbidden, "This application is \(application.standing.rawValue).") }
        return application
    }

    private static func root(_ application: DeveloperApp) -> String { "/portal/applications/\(application.clientID)" }

    private static func show(_ call: PortalCall, _ application: DeveloperApp, _ problems: [PortalProblem]) throws -> Response {
        let isRetiring = try call.store.secrets(of: application.app, at: call.now).contains { $0.retiresAt != nil }
        return call.show(
            SecretPage(frame: call.frame, root: root(application), name: application.name, isRetiring: isRetiring, problems: problems)
                .html(),
            isProblem: !problems.isEmpty)
    }

    private static func replace(_ call: PortalCall) async throws -> Response {
        let application = try own(call)
        guard let secret = try await rotate(application, call) else { return try show(call, application, [.missing(.overlap)]) }
        return try ApplicationSurface.showOnce(secret, application.clientID, call)
    }

    /// Nil for an overlap that cannot be chosen.
    static func rotate(_ application: DeveloperApp, _ call: PortalCall) async throws -> Secret? {
        guard application.standing == .active else { throw Refusal(.forbidden, "This application is \(application.standing.rawValue).") }
        guard let days = [0, 1, 7, 30].first(where: { String($0) == call.input[.overlap] }) else { return nil }
        let account = try call.account()
        let secret = Secret.make(.clientSecret)
        try await call.store.rotate(
            application.app, to: secret.hash, overlapEnds: call.now.adding(seconds: days * 86_400),
            audit: AuditEntry(account, "secret.replace", "application \(application.clientID)", detail: "overlap \(days) days"),
            at: call.now)
        return secret
    }

    private static func retire(_ call: PortalCall) async throws -> Response {
        let application = try own(call)
        try await retireOld(application, call)
        return Answer.seeOther(root(application))
    }

    static func retireOld(_ application: DeveloperApp, _ call: PortalCall) async throws(Refusal) {
        guard application.standing == .active else { throw Refusal(.forbidden, "This application is \(application.standing.rawValue).") }
        try await call.store.retireOldSecrets(
            of: application.app, audit: AuditEntry(try call.account(), "secret.retire", "application \(application.clientID)"), at: call.now
        )
    }
}
