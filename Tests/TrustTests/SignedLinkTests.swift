import Crypto
import Foundation
import Testing

@testable import Trust

@Suite("Links that the plan's own portal signs")
struct SignedLinkTests {
    private let key = Array("0123456789abcdef0123456789abcdef".utf8)
    private let audience = "https://new.example/new/record/enter"
    private let now: Int64 = 1_800_000_000

    private func link(
        _ claims: String? = nil, head: String = #"{"alg":"HS256","typ":"JWT"}"#, key other: [UInt8]? = nil, iat: Int64? = nil,
        exp: Int64? = nil,
        jti: String = "1"
    ) -> String {
        let body =
            claims
            ?? #"{"sub":"M-1","aud":"\#(audience)","iat":\#(iat ?? now),"exp":\#(exp ?? now + 300),"jti":"\#(jti)"}"#
        let signed = [head, body].map { String(decoding: Base64.urlEncoded(Array($0.utf8)), as: UTF8.self) }.joined(separator: ".")
        let mac = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: other ?? key))
        return signed + "." + String(decoding: Base64.urlEncoded(Array(mac)), as: UTF8.self)
    }

    private func opens(_ text: String, key: [UInt8]? = nil) async -> Bool {
        await SignedLink.verified(text, key: key ?? self.key, audience: audience, now: now) != nil
    }

    @Test("One that is as agreed names the member; two have two names")
    func good() async throws {
        let link = try #require(await SignedLink.verified(link(), key: key, audience: audience, now: now))
        #expect(link.subject == "M-1")
        let other = try #require(await SignedLink.verified(self.link(jti: "2"), key: key, audience: audience, now: now))
        #expect(link.hash != other.hash)
    }

    @Test("Anything else opens nothing")
    func bad() async {
        let parts = link().split(separator: ".")
        // "none" is no signature, whatever the head says (RFC 8725 §3.1).
        let none = String(decoding: Base64.urlEncoded(Array(#"{"alg":"none"}"#.utf8)), as: UTF8.self)
        let links = [
            link(key: Array("another key another key another!".utf8)), link(exp: now - 31), link(iat: now + 31, exp: now + 60),
            link(exp: now + 301), link(iat: now, exp: now),
            link(#"{"sub":"","aud":"\#(audience)","iat":\#(now),"exp":\#(now + 60),"jti":"1"}"#),
            link(#"{"sub":"M","aud":"https://else.example","iat":\#(now),"exp":\#(now + 60),"jti":"1"}"#),
            link(#"{"sub":"M","aud":"\#(audience)","iat":\#(now),"exp":\#(now + 60)}"#),
            link(#"{"sub":"M","aud":"\#(audience)","exp":\#(now + 60),"jti":"1"}"#), "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])",
            "", "a.b.c", "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])", link() + String(repeating: "A", count: 5000),
        ]
        for (number, text) in links.enumerated() {
            let isOpen = await opens(text)
            #expect(!isOpen, "link \(number)")
        }
        let isOpen = await opens(link(), key: Array("short".utf8))
        #expect(!isOpen)
    }
}
