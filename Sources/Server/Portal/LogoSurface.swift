import Exchange
import Hummingbird
import Pages
import Trust

/// An application's logo.
enum LogoSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/portal/applications/:client/logo", .developer) { call in
            try show(call, try ApplicationSurface.changeable(call), [])
        },
        PortalRoute(.post, "/portal/applications/:client/logo", .developer, body: .upload, add),
        PortalRoute(.post, "/portal/applications/:client/logo/remove", .developer) { call in
            let application = try ApplicationSurface.changeable(call)
            guard try await keep(nil, of: application, call) else { return try show(call, application, [.changedMeanwhile]) }
            return Answer.seeOther("/portal/applications/\(application.clientID)/logo")
        },
    ]

    /// The address of an app's logo at the portal; nil for none.
    static func address(_ app: Key<App>, _ site: Site) throws(Refusal) -> String? {
        try site.store.logoName(of: app).map { "/logos/\($0)" }
    }

    private static func show(_ call: PortalCall, _ application: DeveloperApp, _ problems: [PortalProblem]) throws -> Response {
        let root = "/portal/applications/\(application.clientID)"
        let page = LogoPage(
            frame: call.frame, root: root + "/logo", back: root, name: application.name, logo: try address(application.app, call.site),
            problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func add(_ call: PortalCall) async throws -> Response {
        let application = try ApplicationSurface.changeable(call)
        do {
            guard let bytes = try await receive(call) else { return try show(call, application, [.missing(.file)]) }
            // Asked once more: what came slowly may come after a reviewer has begun to judge.
            let problems = try await set(bytes, of: try ApplicationSurface.changeable(call), call)
            guard problems.isEmpty else { return try show(call, application, problems) }
            return Answer.seeOther("/portal/applications/\(application.clientID)/logo")
        } catch let problem as MultipartReader<RequestBody>.Problem {
            return try show(call, application, [problem == .tooLarge ? .logoTooLarge : .logoNotTaken])
        }
    }

    private static func receive(_ call: PortalCall) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        return try await UploadForm(call: call).receive(upTo: AppLogo.mostBytes) { bytes += $0 } == nil ? nil : bytes
    }

    static func set(_ bytes: [UInt8], of application: DeveloperApp, _ call: PortalCall) async throws -> [PortalProblem] {
        let size: PictureSize
        do throws(AppLogo.Problem) { size = try AppLogo.size(of: bytes) } catch {
            switch error {
            case .notAPicture: return [.logoNotTaken]
            case .tooLarge: return [.logoTooLarge]
            case .wrongSides: return [.logoSides]
            }
        }
        let name = Secret.make(.transaction).text.suffix(32).lowercased().filter { $0 != "-" && $0 != "_" }
        return try await keep(AppLogo(name: name, size: size, bytes: bytes), of: application, call) ? [] : [.changedMeanwhile]
    }

    static func keep(_ logo: AppLogo?, of application: DeveloperApp, _ call: PortalCall) async throws -> Bool {
        let action = logo == nil ? "logo.remove" : "logo.change"
        return try await call.store.setLogo(
            logo, of: application, audit: AuditEntry(try call.account(), action, "application \(application.clientID)"), at: call.now)
    }
}
