import Chart
import FHIR
import Foundation
import Pages
import Synthetic
import Testing
import Trust

@testable import Server

/// Charts for the tests of their pages.
enum ChartSamples {
    static let received = Timestamp(milliseconds: 1_795_000_000_000)

    /// A made-up member's whole record from one payer, the part of it that a second payer had too, and the corners of every kind.
    static func record(_ index: Int, corners: Bool = true) -> [ChartResource] {
        var kept: [ChartResource] = []
        let parser = JSONParser()
        func keep(_ type: StaticString, _ bytes: [UInt8]) {
            guard let type = ResourceType(type.description), let id = (try? parser.withDocument(bytes) { $0["id"]?.string }) ?? nil else {
                return
            }
            kept.append(ChartResource(type: type, id: id, bytes: bytes, payer: "Demo Health Plan", receivedAt: received))
            guard kept.count % 7 == 0 else { return }
            let earlier = received.adding(seconds: -40_000_000)
            kept.append(ChartResource(type: type, id: "h-" + id.prefix(60), bytes: bytes, payer: "Harbor Mutual", receivedAt: earlier))
        }
        let plan = SyntheticPlan()
        plan.sharedResources { keep($0, copy $1) }
        plan.resources(of: index) { keep($0, copy $1) }
        if corners { kept += self.corners() }
        return kept
    }

    /// What a made-up record has not: disputed, refuted, taken back, odd values, files of every place. `text` may replace each text.
    static func corners(_ text: (String) -> String = { $0 }) -> [ChartResource] {
        func json(_ words: String) -> String { String(decoding: JSONDocument.string(text(words)).json, as: UTF8.self) }
        func coded(_ system: String, _ code: String, _ words: String) -> String {
            #"{"coding":[{"system":"\#(system)","code":"\#(code)","display":\#(json(words))}]}"#
        }
        let snomed = "http://snomed.info/sct"
        let asthma = #""code":\#(coded(snomed, "195967001", "Asthma (disorder)")),"onsetDateTime":"2012-06""#
        let listed = #","category":[{"coding":[{"code":"problem-list-item"}]}]"#
        func status(_ clinical: String) -> String { #","clinicalStatus":{"coding":[{"code":"\#(clinical)"}]}"# }
        func verified(_ code: String) -> String { #","verificationStatus":{"coding":[{"code":"\#(code)"}]}"# }
        let kept: [(ResourceType, String, String, String)] = [
            (.condition, "asthma-1", "Demo Health Plan", asthma + listed + status("active")),
            (.condition, "asthma-2", "Harbor Mutual", asthma + listed + status("resolved")),
            (
                .condition, "refuted", "Harbor Mutual",
                #""code":\#(coded(snomed, "44054006", "Diabetes mellitus type 2 (disorder)")),"recordedDate":"2018-02-03""# + listed
                    + verified("refuted")
            ),
            (
                .condition, "error", "Harbor Mutual",
                #""code":{"text":\#(json("Fracture of left wrist"))},"onsetDateTime":"2016""# + listed + verified("entered-in-error")
            ),
            (
                .allergyIntolerance, "penicillin", "Harbor Mutual",
                #""code":{"text":\#(json("Penicillin"))},"criticality":"high","reaction":[{"manifestation":[{"text":\#(json("Swelling of the face"))}],"severity":"severe"}],"recordedDate":"2009-09-14""#
                    + status("active") + verified("unconfirmed")
            ),
            (
                .medicationStatement, "herb", "",
                #""status":"active","medicationCodeableConcept":{"text":\#(json("St. John’s wort, from the health shop"))},"effectivePeriod":{"start":"2025-11"},"dosage":[{"text":\#(json("one capsule at breakfast"))}],"note":[{"text":\#(json("Told us on the phone"))}]"#
            ),
            (
                .documentReference, "letter", "Harbor Mutual",
                #""status":"current","type":{"text":\#(json("Discharge letter"))},"date":"2019-05-23T16:40:00-04:00","author":[{"display":\#(json("Dr. Inés Peña"))}],"content":[{"attachment":{"contentType":"application/pdf","title":\#(json("Letter of May 23"))  ,"data":"JVBERi0xLjcK","creation":"2019-05-23"}},{"attachment":{"contentType":"image/jpeg","url":"https://files.harbor.example.org/scan/77"}},{"attachment":{"title":\#(json("Lost file"))}}],"text":{"status":"generated","div":\#(json("<div><h1>Discharge</h1><p>Went home &amp; is well.</p><script>alert(1)</script></div>"))}"#
            ),
            (
                .observation, "culture", "Harbor Mutual",
                #""status":"preliminary","category":[{"coding":[{"code":"laboratory"}]}],"code":{"text":\#(json("Throat culture"))},"effectiveDateTime":"2019-05-20","dataAbsentReason":{"coding":[{"code":"error"}]}"#
            ),
            (.flag, "fall", "Harbor Mutual", #""status":"active","code":{"text":\#(json("Falls easily"))},"period":{"start":"2020-02"}"#),
            (
                .immunization, "refused", "Harbor Mutual",
                #""status":"not-done","vaccineCode":{"text":\#(json("Influenza"))},"occurrenceDateTime":"2020-10-01","statusReason":{"text":\#(json("Did not want it"))}"#
            ),
        ]
        return kept.map { type, id, payer, members in
            ChartResource(
                type: type, id: id, bytes: Array("{\"resourceType\":\"\(type.name)\",\"id\":\"\(id)\",\(members)}".utf8),
                payer: text(payer), receivedAt: payer == "Harbor Mutual" ? received.adding(seconds: -40_000_000) : received)
        }
    }

    static func desk(
        _ resources: [ChartResource], reader: ChartReader = .careManager, language: Language = .english, assets: String = "/assets",
        root: String = "/new/record/chart", name: String = "Mayte Venegas"
    ) -> ChartDesk {
        ChartDesk(
            chart: Chart(resources), member: ChartMember(name: name, birthDate: "2011-01-04", memberID: "01-testmemid", gender: "female"),
            reader: reader,
            page: PageFrame(
                language: language, planName: "New Health Plan", assetBase: assets,
                languageLinks: reader == .member ? [.english: "?lang=en", .spanish: "?lang=es"] : [:]),
            root: root, menu: reader == .careManager ? [.init("Members", "/new/members")] : [], signOut: ("/new/sign-out", FormToken("t")),
            back: .init("All members", "/new/members"), now: received)
    }

    static func query(_ text: String) -> FormParameters {
        guard let query = try? FormParameters(query: text) else { return .empty }
        return query
    }
}

extension FormParameters {
    fileprivate static var empty: FormParameters {
        guard let empty = try? FormParameters(query: nil) else { preconditionFailure("Nothing is a form.") }
        return empty
    }
}

/// Pages on disk, to be looked at: `PAYERBRIDGE_CHART_PAGES=folder swift test --filter ChartPictures`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PAYERBRIDGE_CHART_PAGES"] != nil)) struct ChartPictures {
    @Test func `every page of a chart lies in the folder`() throws {
        let folder = URL(filePath: try #require(ProcessInfo.processInfo.environment["PAYERBRIDGE_CHART_PAGES"]))
        try FileManager.default.createDirectory(at: folder.appending(path: "assets"), withIntermediateDirectories: true)
        for name in ["style.css", "page.js", "icon.svg"] {
            try Data(try #require(Asset.named(name)).bytes).write(to: folder.appending(path: "assets/\(name)"))
        }
        for (index, reader, language) in [(1, ChartReader.careManager, Language.english), (0, .member, .english), (0, .member, .spanish)] {
            let desk = ChartSamples.desk(
                ChartSamples.record(index), reader: reader, language: language, assets: "assets", root: "/new/record/chart")
            let none = ChartSamples.query("")
            let glucose = desk.chart.series.first { $0.kind == .laboratory && $0.lines[0].range != nil }?.lines[0].points.last?.item
            let pressure = desk.chart.series.first { $0.lines.count == 2 }?.lines[0].points.last?.item
            var pages = [
                "chart": desk.whole(.screen), "print": desk.whole(.print), "timeline": desk.timeline(none), "summary": desk.summary(),
                "search": desk.search(ChartSamples.query("q=asthma")), "visits": desk.section(.visit, ChartSamples.query("page=2")),
                "laboratory": desk.section(.laboratory, none), "asthma": desk.item(.condition, "asthma-1") ?? "",
                "letter": desk.item(.documentReference, "letter") ?? "",
            ]
            for (name, id) in [("glucose", glucose), ("pressure", pressure)] {
                let parts = (id ?? "").split(separator: "/").map(String.init)
                if parts.count == 2, let type = ResourceType(parts[0]) { pages[name] = desk.item(type, parts[1]) }
            }
            for (name, html) in pages {
                let file = "\(reader == .member ? "member" : "care")-\(language.rawValue)-\(name).html"
                try Data(html.utf8).write(to: folder.appending(path: file))
            }
            #expect(pages.values.allSatisfy { $0.hasSuffix("</html>\n") })
        }
    }
}
