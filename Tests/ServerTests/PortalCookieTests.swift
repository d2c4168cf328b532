import Exchange
import Foundation
import TestSupport
import Testing
import Trust

@testable import Server

@Suite("What the portal leaves behind")
struct PortalCookieTests {
    @Test(
        "Over https a session's cookie belongs to this host alone; no script reads it and no other site sends it",
        arguments: Account.Realm.allCases)
    func secure(realm: Account.Realm) {
        let cookie = PortalCookie(realm, publicAddress: "https://portal.example").header(Secret.make(.session))
        let parts = cookie.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(parts[0].hasPrefix("__Host-payerbridge-\(realm.rawValue)="))
        #expect(Set(parts.dropFirst()).isSuperset(of: ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"]))
        // RFC 6265bis §4.1.3.2: `__Host-` is taken only without a Domain.
        #expect(!parts.contains { $0.hasPrefix("Domain") })
        let plain = PortalCookie(realm, publicAddress: "http://localhost:8080").header(Secret.make(.session))
        #expect(!plain.contains("__Host-") && !plain.contains("Secure"))
    }
}
