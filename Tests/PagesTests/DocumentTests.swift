import Testing

@testable import Pages

@Suite("The documentation as pages")
struct DocumentTests {
    private let reader = DocumentShelf.Reader(
        publicAddress: "https://portal.example", authorization: "https://auth.example/oauth2", fhir: "https://api.example/r4",
        clientID: "app-mine", redirectURI: "https://mine.example/back")
    private let frame = PortalFrame(
        siteName: "Portal", assetBase: "/assets", sandboxHome: nil, menu: [], signOut: nil, token: FormToken("t"))

    private func page(_ name: DocumentShelf.Name, chapter: String? = nil, redirectURI: String? = nil) -> String? {
        var reader = reader
        if let redirectURI { reader.redirectURI = redirectURI }
        return DocumentPage(frame: frame, name: name, reader: reader, chapter: chapter).html()
    }

    private func parsed(_ markdown: String) -> Document { Document(markdown: markdown) { $0 } }

    @Test func `Markdown becomes values`() {
        let document = parsed(
            "# Title\n\nA `code` and **strong** [link](x.md).\n\n## Two words, three\n\n1. one\n2. two\n\n```sh\ncurl x\n```\n")
        #expect(document.title == "Title")
        #expect(
            document.parts == [
                .paragraph([
                    .text("A "), .code("code"), .text(" and "), .strong("strong"), .text(" "), .link("link", address: "x.md"), .text("."),
                ]), .heading(level: 2, "Two words, three", slug: "two-words-three"),
                .list(isOrdered: true, items: [[.paragraph([.text("one")])], [.paragraph([.text("two")])]]),
                .code("curl x\n", language: "sh"),
            ])
        let table = parsed("| a | b |\n|---|---|\n| `1` | <b>2</b> |\n").parts
        #expect(table.count == 1)
        guard case .table(let columns, let rows)? = table.first else { return }
        #expect(columns == ["a", "b"] && rows.count == 1 && rows[0][0] == [.code("1")])
        #expect(rows[0][1].map(\.plain).joined() == "2", "markup in the text is left out, never passed on")
    }

    @Test func `the same code in several languages becomes one part, and a picture of ours is shown`() {
        let document = parsed(
            "```sh\ncurl x\n```\n\n```js\nfetch(x)\n```\n\n```python\nget(x)\n```\n\n```json\n{}\n```\n\n![Shown](y.png)\n")
        #expect(
            document.parts == [
                .codes([
                    .init(language: "sh", text: "curl x\n"), .init(language: "js", text: "fetch(x)\n"),
                    .init(language: "python", text: "get(x)\n"),
                ]), .code("{}\n", language: "json"), .paragraph([.picture("Shown", address: "y.png")]),
            ])
        #expect(page(.portal)?.contains(#"src="/assets/portal-try.png""#) == true)
    }

    @Test(arguments: DocumentShelf.Name.allCases)
    func `every page is there, has a title, and shows the reader's own values`(name: DocumentShelf.Name) throws {
        let document = DocumentShelf.document(name)
        #expect(!document.title.isEmpty && !document.parts.isEmpty)
        let html = try #require(page(name))
        #expect(!html.contains("localhost:8080") && !html.contains("demo-receiving-payer"))
        #expect(html.utf8.count < 60_000, "\(html.utf8.count)")
        #expect(!html.unicodeScalars.contains { $0.value >= 0xE000 && $0.value <= 0xF8FF }, "a mark of ours was left")
        if name == .guide { #expect(html.contains("CLIENT=app-mine") && html.contains("REDIRECT=https://mine.example/back")) }
    }

    @Test func `a redirect URI is one word of the shell's line, whatever stands in it`() throws {
        let html = try #require(page(.guide, redirectURI: "https://mine.example/back?a=1&b='$(id)"))
        let line = #"REDIRECT='https://mine.example/back?a=1&b='\''$(id)'"#
        #expect(html.contains(PageText().escapeText(line)))
    }

    @Test func `what a page was made ready with for one reader, another does not see`() throws {
        let first = try #require(page(.guide, redirectURI: #""><script>alert(1)</script>"#))
        #expect(!first.contains("<script>alert") && first.contains("REDIRECT=&#39;&quot;&gt;&lt;script&gt;alert(1)"))
        var other = reader
        (other.clientID, other.redirectURI) = (nil, nil)
        other.publicAddress = "https://other.example"
        let second = try #require(DocumentPage(frame: frame, name: .guide, reader: other).html())
        #expect(!second.contains("alert(1)") && !second.contains("app-mine") && !second.contains("mine.example"))
        #expect(second.contains("CLIENT=demo-receiving-payer") && second.contains("REDIRECT=https://other.example/sandbox/callback"))
        #expect(second.contains(#"<a href="https://other.example/sandbox/mail">https://other.example/sandbox/mail</a>"#))
        #expect(second.contains("SECRET=$(cat var/sandbox/client-secret)") && !first.contains("client-secret)"))
    }

    @Test func `every chapter of a long page is a page, and every link leads to a page, a chapter or a heading that is there`() throws {
        var places: Set<String> = ["/docs", "/docs/test-members"]
        var pages: [(place: String, html: String)] = []
        for name in DocumentShelf.Name.allCases {
            pages.append((name.address, try #require(page(name))))
            guard DocumentShelf.isInChapters(name) else { continue }
            #expect(page(name, chapter: "none") == nil)
            for (slug, _) in DocumentShelf.document(name).chapters.chapters {
                let html = try #require(page(name, chapter: slug))
                #expect(html.utf8.count < 60_000, "\(name) \(slug): \(html.utf8.count)")
                pages.append(("\(name.address)/\(slug)", html))
            }
        }
        for (place, html) in pages {
            places.insert(place)
            for tag in Markup(html).tags { if let id = tag.attributes["id"] { places.insert("\(place)#\(id)") } }
        }
        for (place, html) in pages {
            for link in Markup(html).tags("a").compactMap({ $0.attributes["href"] }) where link.hasPrefix("/docs") || link.hasPrefix("#") {
                let target = link.hasPrefix("#") ? place + link : link
                #expect(places.contains(target) || link == "#main", "\(place) leads to \(target)")
            }
        }
    }
}
