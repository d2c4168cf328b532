import Exchange
import Hummingbird

/// The one request whose body may be large.
enum PortalUpload {
    static let largestBody = EvidenceKind.mostBytes + (1 << 20)

    static func isUpload(_ request: Request) -> Bool {
        let path = request.uri.path
        return request.method == .post && (path.hasPrefix("/portal/applications/") || path.hasPrefix("/api/portal/applications/"))
            && path.hasSuffix("/production/evidence")
    }
}
