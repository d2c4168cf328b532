import Testing

@testable import Pages

@Suite struct TemplateTests {
    @Test func `every template parses`() {
        #expect(Templates.failures.isEmpty)
        #expect(Templates.render("no-such-template", [:]).isEmpty)
    }

    @Test func `no template prints a value unescaped`() {
        for (name, bytes) in Templates.sources {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("{{{") && !text.contains("{{&") && !text.contains("{{%"), "\(name)")
        }
    }

    @Test func `every value in an attribute stands in double quotes`() {
        for (name, bytes) in Templates.sources {
            let quoted = String(decoding: bytes, as: UTF8.self).split(separator: "?v={{").joined()
            #expect(!quoted.contains("={{") && !quoted.contains("='"), "\(name)")
        }
    }

    @Test(arguments: Language.allCases)
    func `no page has an inline style, script or handler`(language: Language) {
        for page in SamplePages(language: language).all {
            let markup = Markup(page.html)
            #expect(markup.tags("style").isEmpty, "\(page.name)")
            #expect(markup.tags("script").allSatisfy { $0.attributes["src"]?.hasPrefix("/assets/page.js?v=") == true }, "\(page.name)")
            for tag in markup.tags {
                #expect(!tag.attributes.keys.contains { $0 == "style" || $0.hasPrefix("on") }, "\(page.name)")
                for value in [tag.attributes["href"], tag.attributes["src"], tag.attributes["action"]].compactMap(\.self) {
                    #expect(!value.contains("//") && !value.hasPrefix("javascript:"), "\(page.name) \(value)")
                }
            }
        }
    }

    @Test(arguments: Language.allCases)
    func `every page is whole and holds together`(language: Language) {
        for page in SamplePages(language: language).all {
            let markup = Markup(page.html)
            let ids = markup.ids
            #expect(page.html.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">"), "\(page.name)")
            #expect(page.html.hasSuffix("</html>\n"), "\(page.name)")
            #expect(markup.tags("main").count == 1 && markup.tags("h1").count == 1, "\(page.name)")
            #expect(Set(ids).count == ids.count, "\(page.name) has an id twice")
            for tag in markup.tags {
                let local = tag.attributes["href"].flatMap { $0.hasPrefix("#") ? String($0.dropFirst()) : nil }
                let named = [tag.attributes["for"], local, tag.attributes["aria-labelledby"]].compactMap(\.self)
                let described = tag.attributes["aria-describedby"]?.split(separator: " ").map(String.init) ?? []
                for id in named + described {
                    #expect(ids.contains(id), "\(page.name) points at \(id)")
                }
            }
            for input in markup.tags("input") + markup.tags("select") where input.attributes["type"] != "hidden" {
                let id = input.attributes["id"]
                #expect(markup.tags("label").contains { $0.attributes["for"] == id }, "\(page.name) \(id ?? "")")
            }
        }
    }

    @Test func `every form is a POST that carries the token`() {
        for page in SamplePages(language: .english).all {
            let markup = Markup(page.html)
            let forms = markup.tags("form")
            let tokens = markup.tags("input").filter { $0.attributes["name"] == "form_token" }
            #expect(forms.allSatisfy { $0.attributes["method"] == "post" }, "\(page.name)")
            #expect(tokens.count == forms.count && tokens.allSatisfy { $0.attributes["value"] == "token-1" }, "\(page.name)")
        }
    }

    @Test func `the switch leads to the other language only`() {
        let links = Markup(SamplePages(language: .english).account()).tags("a").filter { $0.attributes["hreflang"] != nil }
        #expect(links.map { $0.attributes["href"] } == ["?lang=es"])
        var frame = SamplePages(language: .english).frame
        frame.languageLinks = [:]
        #expect(Markup(NoticePage(frame: frame, kind: .notFound).html()).tags("nav").isEmpty)
    }
}
