package import Exchange
import HTTPTypes
import Hummingbird

/// Whom a page of the portal admits.
package enum Admission: Sendable, Equatable {
    /// Anyone, signed in at this door or not.
    case anyone(Account.Realm)
    /// Someone whose password was right; the second factor may still be missing.
    case halfSignedIn(Account.Realm)
    case developer
    case reviewer
    /// A reviewer, or the operator of a plan.
    case planSide
    /// Anyone who comes in by the plans' side.
    case staff
    /// The operator of a plan.
    case planOperator
    /// Someone who may see the records of a plan's members.
    case careManager

    package var realm: Account.Realm {
        switch self {
        case .anyone(let realm), .halfSignedIn(let realm): realm
        case .developer: .portal
        case .reviewer, .planSide, .staff, .planOperator, .careManager: .review
        }
    }

    enum Verdict: Equatable { case admitted, signInFirst, secondFactorFirst, forbidden }

    func judge(_ session: Session?) -> Verdict {
        switch self {
        case .anyone: return .admitted
        case .halfSignedIn(let realm):
            guard let session else { return .signInFirst }
            return session.account.role.realm == realm ? .admitted : .signInFirst
        case .developer: return Self.judge(session, [.developer])
        case .reviewer: return Self.judge(session, [.reviewer])
        case .planSide: return Self.judge(session, [.reviewer, .planOperator])
        case .staff: return Self.judge(session, [.reviewer, .planOperator, .careManager])
        case .planOperator: return Self.judge(session, [.planOperator])
        case .careManager: return Self.judge(session, [.careManager])
        }
    }

    private static func judge(_ session: Session?, _ roles: [Account.Role]) -> Verdict {
        guard let session else { return .signInFirst }
        guard roles.contains(session.account.role) else { return .forbidden }
        return session.stage == .full ? .admitted : .secondFactorFirst
    }
}

/// One row of the table of roles and routes: nothing of the portal is served that has no row.
struct PortalRoute: Sendable {
    typealias Handle = @Sendable (PortalCall) async throws -> Response

    let method: HTTPRequest.Method
    let path: String
    let admission: Admission
    let body: Body
    let handle: Handle

    enum Body: Sendable {
        /// Read, and its token proven, before the handler is asked.
        case form
        /// Read by the handler as it arrives; it proves the token before it keeps anything.
        case upload
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, _ admission: Admission, body: Body = .form, _ handle: @escaping Handle
    ) {
        (self.method, self.path, self.admission, self.body, self.handle) = (method, path, admission, body, handle)
    }
}

/// What tests see of the table.
package struct PortalRow: Sendable {
    package let method: String
    package let path: String
    package let admission: Admission
}
