import Chart
import FHIR
import Pages
import Testing

@testable import Server

@Suite struct ChartEscapingTests {
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)", "x\"\u{301} autofocus onfocus=alert(1) y=\"",
        "{{eTitle}} {{{json}}} {{> layout}}", "</pre></code></details></textarea></title></style>--><svg/onload=alert(1)>",
        "javascript:alert(1)", "&lt;script&gt;", "a|b|c",
    ]

    private static func pages(_ text: @escaping (String) -> String, language: Language) -> [String] {
        let desk = ChartSamples.desk(ChartSamples.corners(text), reader: .member, language: language, name: text("Mayte Venegas"))
        let none = ChartSamples.query("")
        return [desk.whole(.screen), desk.whole(.print), desk.timeline(none), desk.search(ChartSamples.query("year=2018")), desk.summary()]
            + desk.chart.items.sorted { $0.id < $1.id }.compactMap { desk.item($0.type, $0.sources[0].id) }
    }

    /// Every tag with its attributes' names and no words.
    private static func skeleton(_ html: String) -> [String] {
        html.split(separator: "<").dropFirst().map { part in
            var outside = ""
            var isQuoted = false
            for scalar in part.unicodeScalars {
                if scalar == "\"" { isQuoted.toggle() }
                if scalar == ">", !isQuoted { break }
                if !isQuoted { outside.unicodeScalars.append(scalar) }
            }
            return outside
        }
    }

    @Test(arguments: hostile, Language.allCases)
    func `what others wrote changes no tag and no attribute of any page of a chart`(value: String, language: Language) {
        // A number keeps the payers apart, so that joining does not hang on the words.
        let calm = Self.pages({ $0.isEmpty ? "" : "calm words \($0.utf8.count)" }, language: language)
        let attacked = Self.pages({ $0.isEmpty ? "" : "\(value) \($0.utf8.count)" }, language: language)
        #expect(calm.count == attacked.count && calm.count > 12)
        for (one, other) in zip(calm, attacked) {
            // The narrative of hostile markup is its words; none may be left of what is only markup.
            let (one, other) = (Self.skeleton(one), Self.skeleton(other))
            #expect(one == other, "\(zip(one, other).first { $0 != $1 } ?? ("", ""))")
        }
    }

    @Test func `nothing that a sender wrote is an address, and nothing runs`() {
        for html in Self.pages({ $0 }, language: .english) {
            for piece in html.split(separator: "href=\"").dropFirst() + html.split(separator: "src=\"").dropFirst() {
                let isOurs = piece.hasPrefix("/new/") || piece.hasPrefix("/assets/") || piece.hasPrefix("#") || piece.hasPrefix("?lang=")
                #expect(isOurs, "\(piece.prefix(60))")
            }
            #expect(!html.contains("style=\"") && html.split(separator: "<script").count <= 2)
        }
    }
}
