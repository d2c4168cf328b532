/// How a client named itself at the token, revocation or introspection endpoint; nothing is proven yet. RFC 6749 §2.3.1.
package struct ClientCredentials: Sendable, PrivateValue {
    package enum Method: String, Sendable, CaseIterable {
        case post = "client_secret_post"
        case basic = "client_secret_basic"
        /// A client without a secret.
        case none
    }

    package let clientID: String
    /// nil exactly when the method is ``Method/none``.
    package let secret: String?
    package let method: Method

    /// Reads the body and the `Authorization` header; two methods at once are `invalid_request`, none at all is `invalid_client`.
    package static func parse(form: FormParameters, authorization: String?) throws(OAuthError) -> ClientCredentials {
        let bodyID = try form.one("client_id")
        let bodySecret = try form.one("client_secret")
        let usesAssertion = form.contains("client_assertion") || form.contains("client_assertion_type")
        let methods = [authorization != nil, bodySecret != nil, usesAssertion].count { $0 }
        guard methods <= 1 else { throw OAuthError(.invalidRequest, "The client used more than one way to authenticate.") }
        guard !usesAssertion else { throw OAuthError(.invalidClient, "client_assertion is not supported here.") }

        if let authorization {
            let basic = try Self.basic(authorization)
            guard bodyID.map({ $0.hasSameBytes(as: basic.clientID) }) ?? true else {
                throw OAuthError(.invalidRequest, "client_id differs from the user of the Authorization header.")
            }
            return basic
        }
        guard let bodyID else { throw OAuthError(.invalidClient, "The client did not name itself; client_id is missing.") }
        return try ClientCredentials(clientID: bodyID, secret: bodySecret, method: bodySecret == nil ? .none : .post)
    }

    /// The `WWW-Authenticate` value of a 401 to a client that used the header. RFC 6749 §5.2, RFC 7617 §2.1.
    package static func wwwAuthenticate(realm: String) -> String {
        "Basic realm=\"\(OAuthError.safe(realm))\", charset=\"UTF-8\""
    }

    private init(clientID: String, secret: String?, method: Method) throws(OAuthError) {
        guard clientID.isVisibleASCII(upTo: 256), (secret?.utf8.count ?? 0) <= 512 else {
            throw OAuthError(.invalidClient, "The client credentials are malformed.")
        }
        self.clientID = clientID
        self.secret = secret
        self.method = method
    }

    /// `Basic base64(form(client_id):form(client_secret))`; an empty password is a client without a secret.
    private static func basic(_ header: String) throws(OAuthError) -> ClientCredentials {
        let malformed = OAuthError(.invalidClient, "The Authorization header is not valid HTTP Basic.")
        guard header.utf8.count <= 4096, let credentials = AuthorizationHeader.credentials(header, scheme: "basic"),
            let decoded = Base64.decoded(credentials), let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
        else { throw malformed }
        let clientID: String
        let secret: String
        do {
            clientID = try FormParameters.decoded(decoded[..<colon])
            secret = try FormParameters.decoded(decoded[(colon + 1)...])
        } catch { throw malformed }
        return try ClientCredentials(clientID: clientID, secret: secret.isEmpty ? nil : secret, method: secret.isEmpty ? .none : .basic)
    }
}
