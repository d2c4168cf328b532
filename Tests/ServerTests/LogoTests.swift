import Exchange
import Server
import Storage
import Synthetic
import TestSupport
import Testing
import Trust

@Suite("An application's logo")
struct LogoTests {
    /// The head of a PNG of this size; nothing here looks further.
    private static func png(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        func big(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + big(width) + big(height)
            + Array(repeating: 0, count: 60)
    }

    private static func picture(_ page: String) -> String? {
        page.firstRange(of: #"<img class="logo" src=""#).map { String(page[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    @Test("A logo is judged by its bytes, shown to the member and the reviewer, and served without a cookie as what it is")
    func logo() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await site.verifiedApp()
            let root = "/portal/applications/\(app.clientID)"
            try await developer.open(root + "/logo")
            let svg = Array("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".utf8)
            for (bytes, words) in [
                (svg, "not a PNG, JPEG or WebP"), (Self.png(16, 64), "32 to 1024 pixels"), (Self.png(64, 4096), "32 to 1024 pixels"),
                (Self.png(64, 64) + Array(repeating: 0, count: 300_000), "larger than 200 KB"),
                (Array("%PDF-1.7 and more of it".utf8), "not a PNG, JPEG or WebP"),
            ] {
                try await developer.upload("/logo", "logo.png", bytes)
                #expect(developer.page.status == 422 && developer.text.contains(words), "\(words): \(developer.page.status)")
            }
            let bytes = Self.png(64, 48)
            try await developer.upload("/logo", "logo.png", bytes)
            let address = try #require(Self.picture(developer.text))
            #expect(address.hasPrefix("/logos/"))
            let served = try await site.get(address)
            #expect(served.status == 200 && served.body == bytes && served.header("Content-Type") == "image/png")
            #expect(served.header("X-Content-Type-Options") == "nosniff" && served.header("Set-Cookie") == nil)
            #expect(served.header("Content-Disposition")?.hasPrefix("attachment") == true)
            #expect(served.header("Content-Security-Policy") == "sandbox; default-src 'none'")
            #expect(try await site.get("/logos/none").status == 404)

            let walk = try await Walk(site, at: site.authorize(app))
            try await walk.createAccount(site.member, email: "mayte@example.com")
            let shown = try #require(Self.picture(walk.page.text))
            #expect(shown == "\(site.demo.addresses.authorization)\(address)")
            #expect(try await site.get(shown).status == 200)
            try await reviewer.open("/review/applications/\(app.clientID)")
            #expect(reviewer.text.contains(address))

            // Another form's token, or none, keeps nothing.
            try await developer.sendFile(root + "/logo", token: "wrong", name: "logo.png", bytes: Self.png(99, 99))
            #expect(developer.page.status == 409)
            try await developer.open(root + "/logo")
            #expect(developer.text.contains(address))
            try await developer.submit("/logo/remove")
            #expect(!developer.text.contains("/logos/"))
            #expect(try await site.get(address).status == 404)
        }
    }
}
