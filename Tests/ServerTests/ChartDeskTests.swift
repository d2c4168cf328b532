import Chart
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Testing

@testable import Server

@Suite struct ChartDeskTests {
    private let root = "/new/record/chart"

    @Test func `the words for kinds, particulars and dates are the same in the chart and on its pages`() {
        #expect(ChartKind.allCases.map(\.rawValue) == ChartSection.allCases.map(\.rawValue))
        #expect(Set(Detail.Label.allCases.map(\.rawValue)) == Set(ChartLabel.allCases.map(\.rawValue)))
        #expect(Set(DateRole.allCases.map(\.rawValue)) == Set(ChartDateRole.allCases.map(\.rawValue)))
    }

    @Test(arguments: [
        ("", ChartRoute.chart), ("print", .print), ("timeline", .timeline), ("search", .search), ("summary.html", .summary),
        ("laboratory", .section(.laboratory)), ("Observation/a-1", .item(.observation, "a-1")),
        ("DocumentReference/a/files/0", .file(.documentReference, "a", 0)),
    ])
    func `an address of the chart leads to its page`(path: String, route: ChartRoute) {
        #expect(ChartRoute(path) == route)
    }

    @Test(arguments: [
        "nothing", "Observation", "Observation/", "Observation/a/b", "Nothing/a", "Observation/a b", "Observation/..",
        "Observation/a/files/-1",
        "Observation/a/files/", "Observation/a/files/9999", "Observation/a/file/0", "/", "print/", "chart/Observation/a",
        "Observation/a/files/0/",
    ])
    func `any other address leads nowhere`(path: String) {
        // An id may be dots alone; then no record has it.
        let route = ChartRoute(path)
        #expect(route == nil || ChartSamples.desk([]).answer(route ?? .chart, query: ChartSamples.query("")) == nil)
    }

    @Test func `every link of every page leads to a page`() throws {
        let desk = ChartSamples.desk(ChartSamples.record(0), reader: .member, root: root)
        let none = ChartSamples.query("")
        var pages = [
            desk.whole(.screen), desk.whole(.print), desk.timeline(none), desk.search(ChartSamples.query("q=a&kind=visit")),
            desk.search(none),
        ]
        pages += ChartKind.allCases.map { desk.section($0, none) }
        pages +=
            desk.chart.items.prefix(40).compactMap { desk.item($0.type, $0.sources[0].id) } + [
                desk.item(.documentReference, "letter") ?? ""
            ]
        let links = Set(pages.flatMap { Self.values(of: "href=\"\(root)", in: $0) + Self.values(of: "action=\"\(root)", in: $0) })
        #expect(links.count > 100)
        for link in links {
            let path = link.prefix { $0 != "?" && $0 != "#" }
            #expect(path.isEmpty || path.hasPrefix("/"), "\(link)")
            let route = try #require(ChartRoute(String(path.dropFirst())), "\(link)")
            #expect(desk.answer(route, query: none) != nil, "\(link)")
        }
    }

    private static func values(of start: String, in html: String) -> [String] {
        html.split(separator: start).dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    @Test func `a joined entry names its sources and the rule, and each record is there as it was sent`() throws {
        let desk = ChartSamples.desk(ChartSamples.corners())
        let page = try #require(desk.item(.condition, "asthma-2"))
        #expect(page.contains("Same event: kind, code (SNOMED CT 195967001), date and value are the same."))
        #expect(page.contains("Demo Health Plan") && page.contains("Harbor Mutual") && page.contains("Sources differ"))
        #expect(
            page.contains("Condition/asthma-1") && page.contains("Condition/asthma-2")
                && page.contains("&quot;onsetDateTime&quot;: &quot;2012-06&quot;"))
        #expect(try #require(desk.item(.condition, "asthma-1")) == page)
    }

    @Test func `what was ruled out or entered in error is shown and says so`() {
        let page = ChartSamples.desk(ChartSamples.corners()).whole(.screen)
        for words in [
            "Ruled out", "Entered in error", "Not confirmed", "The measurement failed", "Falls easily", "Preliminary", "Our own record",
        ] {
            #expect(page.contains(words), "\(words)")
        }
    }

    @Test func `a file is saved under the type of its bytes, and one that lies elsewhere is never a link`() throws {
        let desk = ChartSamples.desk(ChartSamples.corners())
        let page = try #require(desk.item(.documentReference, "letter"))
        #expect(page.contains("href=\"\(root)/DocumentReference/letter/files/0\" download"))
        #expect(page.contains("<code>https://files.harbor.example.org/scan/77</code>") && !page.contains("href=\"https://files"))
        #expect(page.contains("Went home &amp; is well.") && !page.contains("alert(1)</p>"))
        let answer = try #require(desk.answer(.file(.documentReference, "letter", 0), query: ChartSamples.query("")))
        #expect(
            answer.headers[.contentType] == "application/pdf"
                && answer.headers[.contentDisposition] == "attachment; filename=\"letter-1.pdf\"")
        #expect(
            answer.headers[.contentSecurityPolicy]?.contains("sandbox; default-src 'none'") == true
                && answer.headers[.xContentTypeOptions] == "nosniff")
        for number in [1, 2, 3] { #expect(desk.answer(.file(.documentReference, "letter", number), query: ChartSamples.query("")) == nil) }
    }

    @Test func `a long section and the timeline are read page by page, and no page number is out of reach`() {
        let desk = ChartSamples.desk(ChartSamples.record(1, corners: false))
        let first = desk.section(.procedure, ChartSamples.query(""))
        let second = desk.section(.procedure, ChartSamples.query("page=2"))
        #expect(first.contains("Page 1 of ") && first.contains("\(root)/procedure?page=2") && second.contains("\(root)/procedure?page=1"))
        #expect(
            desk.section(.procedure, ChartSamples.query("page=-7")) == first
                && desk.section(.procedure, ChartSamples.query("page=x")) == first)
        #expect(desk.section(.procedure, ChartSamples.query("page=99999999999999999999")) == first)
        #expect(desk.timeline(ChartSamples.query("page=9999999")).contains("Older") == false)
        #expect(desk.timeline(ChartSamples.query("year=%3Cscript%3E")) == desk.timeline(ChartSamples.query("")))
    }

    @Test func `every event is on one page of the timeline`() {
        let desk = ChartSamples.desk(ChartSamples.record(0))
        let none = ChartSamples.query("")
        var seen: [String] = []
        var page = 1
        while true {
            let html = desk.timeline(ChartSamples.query("page=\(page)"))
            seen += Self.values(of: "href=\"\(root)/", in: html).filter { $0.first?.isUppercase == true }
            guard html.contains("page=\(page + 1)\"") else { break }
            page += 1
        }
        let events = desk.chart.items.filter { $0.kind.isEvent && $0.date != nil }.map(\.id)
        #expect(page > 1 && seen.sorted() == events.sorted() && desk.timeline(none).contains("Page 1 of \(page)"))
    }

    @Test func `a search keeps what was asked, and the links to its pages carry it`() {
        let desk = ChartSamples.desk(ChartSamples.record(1))
        let page = desk.search(ChartSamples.query("q=oral+tablet&payer=from%3ADemo+Health+Plan&kind=medication"))
        #expect(page.contains("value=\"oral tablet\"") && page.contains("<option value=\"medication\" selected>"))
        #expect(page.contains("<option value=\"from:Demo Health Plan\" selected>"))
        #expect(page.contains("\(root)/search?q=oral%20tablet&amp;kind=medication&amp;payer=from:Demo%20Health%20Plan&amp;page=2"))
        #expect(desk.search(ChartSamples.query("q=nosuchword")).contains("Nothing was found."))
    }

    @Test(arguments: [0, 1])
    func `a page without its drawings stays small`(index: Int) {
        let desk = ChartSamples.desk(ChartSamples.record(index))
        let none = ChartSamples.query("")
        for html in [
            desk.whole(.screen), desk.timeline(none), desk.section(.laboratory, none), desk.section(.visit, none), desk.search(none),
        ] {
            let words = html.split(separator: "<svg").map { part in part.split(separator: "</svg>").last.map { $0.utf8.count } ?? 0 }
            #expect(words.reduce(0, +) < 60_000)
        }
    }

    @Test(arguments: Language.allCases)
    func `the summary is one file that runs and fetches nothing`(language: Language) throws {
        let desk = ChartSamples.desk(ChartSamples.record(0), reader: .member, language: language)
        let html = desk.summary()
        #expect(html.contains("Content-Security-Policy") && html.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">"))
        for word in ["<script", "<link", "<img", "href=", "src=", "url(", "@import"] { #expect(!html.contains(word), "\(word)") }
        for item in desk.chart.items where item.kind == .immunization || item.kind == .laboratory {
            #expect(html.contains(PageWords.escaped(item.title)))
        }
        let answer = try #require(desk.answer(.summary, query: ChartSamples.query("")))
        #expect(answer.headers[.contentDisposition] == "attachment; filename=\"health-record.html\"")
    }
}

/// What a text looks like on a page.
enum PageWords {
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            .replacing("'", with: "&#39;")
    }
}
