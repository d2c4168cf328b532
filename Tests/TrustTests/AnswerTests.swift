import Foundation
import Testing

@testable import Trust

@Suite struct AnswerTests {
    let metadata = AuthorizationServerMetadata(
        issuer: "https://plan.example", authorizationEndpoint: "https://plan.example/oauth2/authorize/payer2payer",
        tokenEndpoint: "https://plan.example/oauth2/token", revocationEndpoint: "https://plan.example/oauth2/revoke",
        introspectionEndpoint: "https://plan.example/oauth2/introspect")

    func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func `A token answer has the members of RFC 6749 and SMART`() throws {
        let access = Secret.make(.accessToken)
        let refresh = Secret.make(.refreshToken)
        let full = TokenAnswer(accessToken: access, expiresIn: 3600, scope: .clinicalRead, patient: "p1", refreshToken: refresh)
        #expect(
            text(full.json)
                == #"{"access_token":"\#(access.text)","token_type":"Bearer","expires_in":3600,"scope":"launch/patient offline_access patient/*.read","patient":"p1","refresh_token":"\#(refresh.text)"}"#
        )
        let small = TokenAnswer(accessToken: access, expiresIn: 60, scope: .clinicalRead, patient: nil, refreshToken: nil)
        #expect(try Set(object(small.json).keys) == ["access_token", "token_type", "expires_in", "scope"])
    }

    @Test func `An introspection answer says what RFC 7662 asks, or only that the token is dead`() throws {
        #expect(text(IntrospectionAnswer.inactive) == #"{"active":false}"#)
        let answer = IntrospectionAnswer(
            clientID: "app1", scope: .clinicalRead, expires: 20, issuedAt: 10, issuer: "https://plan.example", patient: "p1", subject: "m1")
        #expect(
            text(answer.json)
                == #"{"active":true,"client_id":"app1","scope":"launch/patient offline_access patient/*.read","exp":20,"iat":10,"iss":"https://plan.example","sub":"m1","patient":"p1","token_type":"Bearer"}"#
        )
    }

    @Test func `The server metadata says what RFC 8414 and RFC 9207 ask`() throws {
        let json = try object(metadata.json)
        #expect(json["issuer"] as? String == "https://plan.example")
        #expect(json["code_challenge_methods_supported"] as? [String] == ["S256"])
        #expect(json["response_types_supported"] as? [String] == ["code"])
        #expect(json["authorization_response_iss_parameter_supported"] as? Bool == true)
        #expect(json["token_endpoint_auth_methods_supported"] as? [String] == ["client_secret_post", "client_secret_basic", "none"])
        #expect(json["introspection_endpoint_auth_methods_supported"] as? [String] == ["client_secret_post", "client_secret_basic"])
        #expect(!metadata.json.contains(Array("\\/".utf8)))
    }

    @Test func `The SMART configuration has every required field and the patient access set`() throws {
        let json = try object(SMARTConfiguration(metadata, managementEndpoint: "https://plan.example/grants").json)
        for field in [
            "authorization_endpoint", "token_endpoint", "grant_types_supported", "capabilities", "code_challenge_methods_supported",
            "scopes_supported", "response_types_supported", "management_endpoint", "introspection_endpoint", "revocation_endpoint",
            "token_endpoint_auth_methods_supported",
        ] { #expect(json[field] != nil, "\(field)") }
        #expect(json["issuer"] == nil && json["jwks_uri"] == nil)
        let capabilities = try #require(json["capabilities"] as? [String])
        let needed: Set = [
            "launch-standalone", "client-public", "client-confidential-symmetric", "context-standalone-patient", "permission-patient",
            "permission-offline", "permission-v1", "permission-v2", "authorize-post",
        ]
        #expect(Set(capabilities) == needed && capabilities.count == needed.count)
        #expect(!SMARTConfiguration(metadata).json.contains(Array("management_endpoint".utf8)))
    }
}
