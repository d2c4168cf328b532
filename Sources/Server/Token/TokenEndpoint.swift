import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Trust

/// `POST .../oauth2/token`: a code or a refresh token for an access token. RFC 6749 §4.1.3, §5 and §6; RFC 7636 §4.6.
struct TokenEndpoint: Sendable {
    let site: Site
    let plan: Plan
    let authentication: ClientAuthentication
    let cache: AccessCache

    func post(_ request: Request, _ context: SiteContext) async throws -> Response {
        let authorization = request.headers[.authorization]
        do {
            let asked = try TokenRequest(form: try await request.form(), authorization: authorization)
            let app = try await authentication.app(asked.client, context.trace)
            let now = site.world.now()
            let access = Secret.make(.accessToken)
            let refresh = Secret.make(.refreshToken)
            let tokens = NewTokens(
                access: access.hash, accessExpiresAt: now.adding(seconds: plan.policy.accessTokenSeconds), refresh: refresh.hash)
            switch try await redeem(asked.grant, app, tokens, now) {
            case .refused(let error):
                context.trace.fails(error)
                return Answer.oauth(error)
            case .replayed:
                cache.forgetAll()
                context.trace.fails(RedemptionRules.replayed)
                return Answer.oauth(RedemptionRules.replayed)
            case .issued(let grant, let scope):
                site.count(asked.grant.isCode ? "code" : "refresh", by: app, at: plan, context)
                let seconds = min(Int64(plan.policy.accessTokenSeconds), (grant.expiresAt.milliseconds - now.milliseconds) / 1000)
                let answer = TokenAnswer(
                    accessToken: access, expiresIn: Int(seconds), scope: scope, patient: grant.compartment.patientID, refreshToken: refresh)
                return Answer.json(.ok, answer.json, Answer.uncached)
            }
        } catch let error as OAuthError {
            context.trace.fails(error)
            return Answer.oauth(error, usedHeader: authorization != nil)
        } catch {
            _ = Trouble.report(error)
            return Answer.json(.serviceUnavailable, OAuthError(.temporarilyUnavailable, "Try again shortly.").json, [.retryAfter: "2"])
        }
    }

    private func redeem(_ grant: TokenRequest.Grant, _ app: App, _ tokens: NewTokens, _ now: Timestamp) async throws -> Redemption {
        switch grant {
        case .authorizationCode(let code, let redirectURI, let verifier):
            guard let code = Secret(code, kind: .authorizationCode) else { return .refused(RedemptionRules.unknownCode) }
            if app.kind == .public, verifier == nil {
                return .refused(OAuthError(.invalidRequest, "code_verifier is missing; an app without a secret must use PKCE."))
            }
            return try await site.store.redeem(
                code: code.hash, app: app.key, plan: plan.key, redirectURI: redirectURI, verifier: verifier, tokens: tokens, at: now)
        case .refreshToken(let token, let scope):
            guard let token = Secret(token, kind: .refreshToken) else { return .refused(RedemptionRules.unknownRefreshToken) }
            return try await site.store.refresh(token.hash, app: app.key, plan: plan.key, scope: scope, tokens: tokens, at: now)
        }
    }
}

extension TokenRequest.Grant {
    fileprivate var isCode: Bool {
        switch self {
        case .authorizationCode: true
        case .refreshToken: false
        }
    }
}
