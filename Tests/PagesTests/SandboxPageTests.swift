import Testing

@testable import Pages

@Suite struct SandboxPageTests {
    let pages = SamplePages(language: .english)

    @Test func `the front page holds everything a developer needs at first`() {
        let markup = Markup(SandboxHomePage(frame: pages.sandboxFrame, model: pages.home).html())
        for text in [
            "http://127.0.0.1:8080/oauth2/authorize/payer2payer", "http://127.0.0.1:8080/oauth2/token", "http://127.0.0.1:8080/r4",
            "sandbox-app", "p2ps_made-up-secret-for-the-sandbox-only-0001", "http://localhost:3000/callback", "Mayte822", "Venegas795",
            "01/04/2011", "01-testmemid", "02116", "bin/sandbox try",
        ] {
            #expect(markup.texts.contains(text), "\(text)")
        }
        let links = markup.tags("a").compactMap { $0.attributes["href"] }
        #expect(links.contains("/sandbox/mail") && links.contains("/oauth2/authorize/payer2payer?client_id=sandbox-app&state=abc"))
        #expect(markup.tags.filter { $0.attributes["data-copy"] != nil && $0.name != "body" }.count == 12)
    }

    @Test func `mail is shown as it was written, in the order given`() {
        let messages = ["Second", "First"].map {
            SandboxMessage(to: "a@example.com", subject: $0, text: "line 1\n  408112\n", at: "2026-11-24T02:04:50Z")
        }
        let html = SandboxMailPage(frame: pages.sandboxFrame, messages: messages, filter: nil).html()
        #expect(html.contains("<pre>line 1\n  408112\n</pre>"))
        #expect(Markup(html).texts.filter { $0 == "Second" || $0 == "First" } == ["Second", "First"])
        #expect(html.contains("datetime=\"2026-11-24T02:04:50Z\""))
    }

    @Test func `an empty mailbox says how mail gets there`() {
        let html = SandboxMailPage(frame: pages.sandboxFrame, messages: [], filter: "me@example.com").html()
        #expect(html.contains("No mail yet") && html.contains("Only mail to me@example.com."))
    }

    @Test func `the callback shows what came and what to run next`() {
        let good = CallbackPage(
            frame: pages.frame, values: [("code", "c1"), ("state", "s1")], kind: .success, nextCommand: "curl -d code=c1")
        #expect(Set(["code", "c1", "state", "s1", "curl -d code=c1", "Approved"]).isSubset(of: Markup(good.html()).texts))
        let bad = CallbackPage(frame: pages.frame, values: [("error", "access_denied")], kind: .failure)
        #expect(bad.html().contains("The member said no, or left.") && !bad.html().contains("Run this next"))
    }

    @Test func `the sandbox tag leads home only where there is one`() {
        #expect(SandboxMailPage(frame: pages.sandboxFrame, messages: [], filter: nil).html().contains("class=\"tag\" href=\"/\""))
        #expect(!pages.account().contains("class=\"tag\""))
    }
}
