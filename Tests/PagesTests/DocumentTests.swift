import Testing

@testable import Pages

@Suite("The documentation as pages")
struct DocumentTests {
    private let reader = DocumentShelf.Reader(
        publicAddress: "https://portal.example", authorization: "https://auth.example/oauth2", fhir: "https://api.example/r4",
        clientID: "app-mine", redirectURI: "https://mine.example/back")
    private let frame = PortalFrame(
        siteName: "Portal", assetBase: "/assets", sandboxHome: nil, menu: [], signOut: nil, token: FormToken("t"))

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
        let html = DocumentShelf.document(.portal, for: reader)
        #expect(DocumentPage(frame: frame, name: .portal, document: html).html()?.contains(#"src="/assets/portal-try.png""#) == true)
    }

    @Test(arguments: DocumentShelf.Name.allCases)
    func `every page is there, has a title, and shows the reader's own values`(name: DocumentShelf.Name) throws {
        let document = DocumentShelf.document(name, for: reader)
        #expect(!document.title.isEmpty && !document.parts.isEmpty)
        let html = try #require(DocumentPage(frame: frame, name: name, document: document).html())
        #expect(!html.contains("localhost:8080") && !html.contains("demo-receiving-payer"))
        #expect(html.utf8.count < 60_000, "\(html.utf8.count)")
        if name == .guide { #expect(html.contains("CLIENT=app-mine") && html.contains("REDIRECT=https://mine.example/back")) }
    }

    @Test func `a redirect URI is one word of the shell's line, whatever stands in it`() throws {
        var mine = reader
        mine.redirectURI = "https://mine.example/back?a=1&b='$(id)"
        let document = DocumentShelf.document(.guide, for: mine)
        let lines = document.parts.compactMap { if case .code(let text, _) = $0 { text } else { nil } }.joined()
        #expect(lines.contains(#"REDIRECT='https://mine.example/back?a=1&b='\''$(id)'"#), "\(lines.prefix(600))")
    }

    @Test func `every chapter of a long page is a page, and every link leads to a page, a chapter or a heading that is there`() throws {
        var places: Set<String> = ["/docs", "/docs/test-members"]
        var pages: [(place: String, html: String)] = []
        for name in DocumentShelf.Name.allCases {
            let document = DocumentShelf.document(name, for: reader)
            pages.append((name.address, try #require(DocumentPage(frame: frame, name: name, document: document).html())))
            guard DocumentShelf.isInChapters(name) else { continue }
            #expect(DocumentPage(frame: frame, name: name, document: document, chapter: "none").html() == nil)
            for (slug, _) in document.chapters.chapters {
                let html = try #require(DocumentPage(frame: frame, name: name, document: document, chapter: slug).html())
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
