import Testing

@testable import Trust

@Suite struct JSONObjectTests {
    @Test func `Every kind of member is written, nil is not`() {
        var object = JSONObject()
        object.add("text", "https://a/b")
        object.add("none", nil as String?)
        object.add("number", -5)
        object.add("flag", true)
        object.add("list", ["a", "b"])
        object.add("empty", [])
        #expect(text(object.closed) == #"{"text":"https://a/b","number":-5,"flag":true,"list":["a","b"],"empty":[]}"#)
        #expect(text(JSONObject().closed) == "{}")
    }

    @Test func `What must be escaped is escaped and nothing else`() {
        var object = JSONObject()
        object.add("a\"b", "\" \\ / \n \r \t \u{1} \u{1F} \u{7F} \u{E9} \r\n")
        #expect(text(object.closed) == "{\"a\\\"b\":\"\\\" \\\\ / \\n \\r \\t \\u0001 \\u001f \u{7F} \u{E9} \\r\\n\"}")
    }

    @Test func `An OAuth error is safe everywhere it goes`() {
        let error = OAuthError(.invalidScope, "a \"b\" \\ \r\nSet-Cookie: \u{E9}")
        #expect(error.description == "a 'b' ? ??Set-Cookie: ??")
        #expect(text(error.json) == #"{"error":"invalid_scope","error_description":"a 'b' ? ??Set-Cookie: ??"}"#)
    }

    @Test func `Codes are the ones of the RFCs and statuses follow`() {
        #expect(OAuthError.Code.allCases.count == 14)
        #expect(OAuthError.Code.unsupportedGrantType.rawValue == "unsupported_grant_type")
        #expect(OAuthError.Code.invalidTarget.rawValue == "invalid_target")
        #expect(OAuthError(.invalidClient, "").tokenEndpointStatus == 401)
        #expect(OAuthError(.invalidGrant, "").tokenEndpointStatus == 400)
        #expect(OAuthError(.temporarilyUnavailable, "").tokenEndpointStatus == 503)
    }
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

func form(_ text: String) throws -> FormParameters {
    try FormParameters(text.utf8)
}

extension Sequence<UInt8> {
    func contains(_ needle: [UInt8]) -> Bool {
        let hay = Array(self)
        guard hay.count >= needle.count else { return false }
        return (0...(hay.count - needle.count)).contains { hay[$0...].starts(with: needle) }
    }
}
