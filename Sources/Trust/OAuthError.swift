/// An OAuth refusal: a code of the RFCs and a description that is safe in JSON, in a redirect and in a header.
///
/// RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 8707 §2.
package struct OAuthError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case unauthorizedClient = "unauthorized_client"
        case unsupportedGrantType = "unsupported_grant_type"
        case unsupportedResponseType = "unsupported_response_type"
        case invalidScope = "invalid_scope"
        case accessDenied = "access_denied"
        case serverError = "server_error"
        case temporarilyUnavailable = "temporarily_unavailable"
        case invalidToken = "invalid_token"
        case insufficientScope = "insufficient_scope"
        case invalidTarget = "invalid_target"
        case unsupportedTokenType = "unsupported_token_type"
    }

    package let code: Code
    /// Printable ASCII without `"` and `\`.
    package let description: String

    /// Bytes the RFCs do not allow in a description are replaced: a double quote by a single one, the others by `?`.
    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = Self.safe(description)
    }

    /// `{"error":..,"error_description":..}`
    package var json: [UInt8] {
        var object = JSONObject()
        object.add("error", code.rawValue)
        object.add("error_description", description)
        return object.closed
    }

    /// The parameters of an error redirect; the caller adds `state` and `iss`.
    package var redirectParameters: [(String, String)] {
        [("error", code.rawValue), ("error_description", description)]
    }

    /// The HTTP status at the token, revocation and introspection endpoints. RFC 6749 §5.2, RFC 7009 §2.2.1.
    package var tokenEndpointStatus: Int {
        switch code {
        case .invalidClient, .invalidToken: 401
        case .insufficientScope: 403
        case .serverError: 500
        case .temporarilyUnavailable: 503
        case .invalidRequest, .invalidGrant, .unauthorizedClient, .unsupportedGrantType, .unsupportedResponseType, .invalidScope,
            .accessDenied, .invalidTarget, .unsupportedTokenType:
            400
        }
    }

    /// The text with everything outside RFC 6749 appendix A.8 replaced.
    static func safe(_ text: String) -> String {
        let bytes = text.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "\""): UInt8(ascii: "'")
            case UInt8(ascii: "\\"): UInt8(ascii: "?")
            case 0x20...0x7E: byte
            default: UInt8(ascii: "?")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension OAuthError {
    /// A form that could not be read is an `invalid_request`.
    package init(_ problem: FormProblem) {
        switch problem {
        case .tooLarge: self.init(.invalidRequest, "The request is too large.")
        case .tooMany: self.init(.invalidRequest, "The request has too many parameters.")
        case .badEncoding: self.init(.invalidRequest, "The parameters are not valid application/x-www-form-urlencoded UTF-8.")
        }
    }

    /// RFC 6749 §3.1: a parameter must not come more than once.
    package init(_ repeated: RepeatedParameter) {
        self.init(.invalidRequest, "The parameter \(repeated.name) came more than once.")
    }
}

extension FormParameters {
    /// As ``single(_:)``, with the repetition already an `invalid_request`.
    package func one(_ name: String) throws(OAuthError) -> String? {
        do { return try single(name) } catch { throw OAuthError(error) }
    }
}
