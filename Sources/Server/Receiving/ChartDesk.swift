import Chart
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Answers every address of one member's chart. It is pure: who may see the chart and what is in it is settled before.
///
/// The surface that mounts it makes the rows `ROOT` and `ROOT/**`, signs the reader in, loads the member's kept resources, and hands
/// over `ChartRoute(what follows ROOT)`; nil from either means "not found".
struct ChartDesk {
    let chart: Chart
    let member: ChartMember
    let reader: ChartReader
    /// The language, the plan's name, the assets. A language switch that leads to `?lang=` of the same page belongs here.
    let page: PageFrame
    /// The address of the chart itself, without a slash at its end, such as `https://plan.example/new/record/chart`.
    let root: String
    var menu: [PortalFrame.Link] = []
    var signOut: (address: String, token: FormToken)?
    /// The way out of the chart.
    var back: PortalFrame.Link?
    let now: Timestamp

    /// Entries on one page of a long list.
    static let pageSize = 50

    func answer(_ route: ChartRoute, query: FormParameters) -> Response? {
        switch route {
        case .chart: Answer.page(.ok, whole(.screen))
        case .print: Answer.page(.ok, whole(.print))
        case .timeline: Answer.page(.ok, timeline(query))
        case .search: Answer.page(.ok, search(query))
        case .section(let kind): Answer.page(.ok, section(kind, query))
        case .item(let type, let id): item(type, id).map { Answer.page(.ok, $0) }
        case .summary: Self.saved(Array(summary().utf8), "text/html; charset=utf-8", name: "health-record.html")
        case .file(let type, let id, let number):
            file(type, id, number).map { file in
                Self.saved(file.bytes, file.kind.rawValue, name: "\(id)-\(number + 1).\(file.kind.suffix)")
            }
        }
    }

    /// Others wrote these bytes: they are saved, under a type that they themselves have, and run nowhere.
    private static func saved(_ bytes: [UInt8], _ type: String, name: String) -> Response {
        // A resource's id and our own words: nothing here can end the quotes.
        Answer.bytes(
            .ok, type, bytes,
            [.contentDisposition: "attachment; filename=\"\(name)\"", .contentSecurityPolicy: "sandbox; default-src 'none'"])
    }

    // MARK: Pages

    var frame: ChartFrame {
        ChartFrame(
            page: page, reader: reader, member: member,
            addresses: ChartAddresses(
                chart: root, timeline: root + "/timeline", search: root + "/search", print: root + "/print",
                file: reader == .member ? root + "/summary.html" : nil),
            menu: menu, signOut: signOut, back: back)
    }

    func whole(_ mode: ChartPage.Mode) -> String {
        let contents = ChartKind.allCases.map { kind in
            switch mode {
            case .screen: chart.content(kind, root: root, limit: ChartSection(kind).shownFirst, rows: 3)
            case .print: chart.content(kind, root: nil, limit: kind == .supporting ? 0 : .max, rows: 0)
            }
        }
        let shown = mode == .print ? contents.filter { $0.section != .supporting } : contents
        return ChartPage(frame: frame, mode: mode, senders: chart.senders, contents: shown).html()
    }

    func summary() -> String {
        let kinds = ChartKind.allCases.filter { $0 != .supporting }
        let contents = kinds.map { chart.content($0, root: nil, limit: .max, rows: .max) }
        return ReadableSummary(frame: frame, senders: chart.senders, contents: contents, madeAt: now.instant).html()
    }

    func section(_ kind: ChartKind, _ query: FormParameters) -> String {
        let whole = chart.content(kind, root: nil, limit: 0, rows: 0)
        // A result with its drawing and its table is as long as two lines.
        let size = kind.isResult ? Self.pageSize / 2 : Self.pageSize
        let paging = paging(query, pages: (whole.total + size - 1) / size, address: "\(root)/\(kind.rawValue)?page=")
        return ChartSectionPage(frame: frame, content: chart.content(kind, root: root, page: paging.page, size: size), paging: paging)
            .html()
    }

    func timeline(_ query: FormParameters) -> String {
        let years = chart.years
        let year = query.value("year").flatMap { years.contains($0) ? $0 : nil }
        let days = chart.days(year: year, root: root)
        // A day is never torn apart, so a page ends with the day that fills it.
        let pages = ChartTimelinePage.pages(of: days, lines: Self.pageSize)
        let paging = paging(
            query, pages: pages.count, address: year.map { "\(root)/timeline?year=\($0)&page=" } ?? "\(root)/timeline?page=")
        return ChartTimelinePage(
            frame: frame, days: pages.indices.contains(paging.page - 1) ? pages[paging.page - 1] : [],
            years: years.map { ($0, "\(root)/timeline?year=\($0)") }, year: year, paging: paging
        ).html()
    }

    func search(_ query: FormParameters) -> String {
        var form = ChartSearchForm()
        let years = chart.years
        let kinds = ChartKind.allCases.filter { kind in chart.items.contains { $0.kind == kind } }
        (form.sections, form.payers, form.years) = (kinds.map { ChartSection($0) }, chart.payers, years)
        var filter = ChartFilter()
        filter.words = String((query.value("q") ?? "").prefix(100))
        filter.kind = query.value("kind").flatMap { ChartKind(rawValue: $0) }
        filter.year = query.value("year").flatMap { years.contains($0) ? $0 : nil }
        filter.payer = query.value("payer").flatMap { value in chart.payers.first { "from:\($0)".utf8.elementsEqual(value.utf8) } }
        (form.words, form.section) = (filter.words, filter.kind.map { ChartSection($0) })
        (form.payer, form.year) = (filter.payer, filter.year)
        let found = filter.isEmpty ? [] : chart.matching(filter)
        let asked = [
            ("q", filter.words), ("kind", filter.kind?.rawValue ?? ""), ("payer", query.value("payer") ?? ""), ("year", filter.year ?? ""),
        ]
        let words = FHIRDesk.query(asked.filter { !$0.1.isEmpty }.map { (name: $0.0, value: $0.1) })
        let paging = paging(
            query, pages: (found.count + Self.pageSize - 1) / Self.pageSize,
            address: "\(root)/search\(words)\(words.isEmpty ? "?" : "&")page=")
        let entries = found.dropFirst((paging.page - 1) * Self.pageSize).prefix(Self.pageSize).map { ChartEntry($0, root: root) }
        return ChartSearchPage(frame: frame, form: form, total: filter.isEmpty ? nil : found.count, entries: entries, paging: paging).html()
    }

    func item(_ type: ResourceType, _ id: String) -> String? {
        guard let item = chart.item(type, id) else { return nil }
        let sources = item.sources.map { chart.sourceRecord($0, of: item, root: root) }
        return ChartItemPage(
            frame: frame, entry: ChartEntry(item, root: root), codes: item.concept.codings.map { ChartCode($0) },
            results: chart.history(of: item, root: root), joins: item.joins.map { ChartJoin($0) }, sources: sources
        ).html()
    }

    private func file(_ type: ResourceType, _ id: String, _ number: Int) -> AttachmentFile? {
        guard let source = chart.item(type, id)?.sources.first(where: { $0.id == id }) else { return nil }
        return chart.file(source, number: number)
    }

    private func paging(_ query: FormParameters, pages: Int, address: String) -> ChartPaging {
        let asked = query.value("page").flatMap { Int($0) } ?? 1
        return ChartPaging(page: min(max(asked, 1), max(pages, 1)), pages: max(pages, 1), address: address)
    }
}
