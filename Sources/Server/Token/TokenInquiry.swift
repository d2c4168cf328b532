import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Trust

/// `POST .../oauth2/revoke` (RFC 7009) and `POST .../oauth2/introspect` (RFC 7662): an app about its own tokens.
struct TokenInquiry: Sendable {
    let site: Site
    let plan: Plan
    let authentication: ClientAuthentication
    let cache: AccessCache

    func revoke(_ request: Request, _ context: SiteContext) async throws -> Response {
        await answer(request, context) { app, token in
            // RFC 7009 §2.2: a token that is not known is as good as revoked.
            if let secret = token.secret {
                try await site.store.revoke(
                    accessToken: secret.hash, refreshToken: secret.hash, app: app.key, plan: plan.key, at: site.world.now())
            }
            cache.forgetAll()
            return Response(status: .ok, headers: Answer.uncached.merging([.cacheControl: "no-store"]))
        }
    }

    func introspect(_ request: Request, _ context: SiteContext) async throws -> Response {
        await answer(request, context) { app, token in
            Answer.json(.ok, try json(app, token), Answer.uncached)
        }
    }

    private func json(_ app: App, _ token: PresentedToken) throws -> [UInt8] {
        // RFC 7662 §2.1: whoever asks must prove who they are, and an app without a secret cannot.
        guard app.kind == .confidential else {
            throw OAuthError(.invalidClient, "Introspection is for apps with a secret.")
        }
        guard let secret = token.secret else { return IntrospectionAnswer.inactive }
        let isAccessToken = secret.kind == .accessToken
        let now = site.world.now()
        let access =
            isAccessToken
            ? try site.store.access(secret.hash, plan: plan.key, at: now)
            : try site.store.refreshGrant(secret.hash, plan: plan.key, at: now)
        guard let access, access.app == app.key, let scope = try? ScopeSet(parsing: access.scope) else {
            return IntrospectionAnswer.inactive
        }
        return IntrospectionAnswer(
            clientID: access.clientID, scope: scope, expires: Int(access.expiresAt.seconds), issuedAt: Int(access.issuedAt.seconds),
            issuer: plan.addresses.issuer, patient: access.compartment.patientID, isAccessToken: isAccessToken
        ).json
    }

    private func answer(
        _ request: Request, _ context: SiteContext, _ body: (App, PresentedToken) async throws -> Response
    ) async -> Response {
        let authorization = request.headers[.authorization]
        do {
            let form = try await request.form()
            let app = try await authentication.app(try ClientCredentials.parse(form: form, authorization: authorization), context.trace)
            return try await body(app, try PresentedToken(form: form))
        } catch let error as OAuthError {
            context.trace.fails(error)
            return Answer.oauth(error, usedHeader: authorization != nil)
        } catch {
            _ = Trouble.report(error)
            return Answer.json(.serviceUnavailable, OAuthError(.temporarilyUnavailable, "Try again shortly.").json, [.retryAfter: "2"])
        }
    }
}
