import Exchange
import FHIR
import Hummingbird
import Pages
import Trust

/// An application's requests of the last days, for its developer.
enum RequestLogSurface {
    static let routes: [PortalRoute] = [PortalRoute(.get, "/portal/applications/:client/requests", .developer, show)]

    static let atOnce = 50
    static let queryNames = ["kind", "status", "from", "to", "id", "before"]
    private static let fields: [PortalField] = [.kind, .status, .from, .to, .requestID]

    struct Asked {
        var filter = RequestFilter()
        var values: [PortalField: String] = [:]
        var problems: [PortalProblem] = []
    }

    /// What the address asks for; a day counts whole, in UTC.
    static func read(_ call: PortalCall) -> Asked {
        var asked = Asked()
        for field in fields { asked.values[field] = call.query(field.rawValue) ?? "" }
        func value(_ field: PortalField) -> String { asked.values[field] ?? "" }
        func range(_ field: PortalField) -> DateRange? {
            if value(field).isEmpty { return nil }
            let range = DateRange(value(field).utf8)
            if range == nil { asked.problems.append(.invalidTime(field)) }
            return range
        }
        asked.filter.kind = RequestRecord.Kind(rawValue: value(.kind))
        asked.filter.statusClass = Int(value(.status)).flatMap { (1...5).contains($0) ? $0 : nil }
        asked.filter.from = range(.from).map { Timestamp(milliseconds: $0.low) }
        asked.filter.to = range(.to).map { Timestamp(milliseconds: $0.high) }
        asked.filter.id = value(.requestID).isEmpty ? nil : value(.requestID)
        asked.filter.before = call.query("before").flatMap { Int64($0) }
        return asked
    }

    struct Found {
        let page: RequestPage
        let dropped: Int
    }

    /// What gathered until now is among it.
    static func find(_ asked: Asked, _ application: DeveloperApp, _ call: PortalCall) async throws(Refusal) -> Found {
        try await call.keepRequests()
        return Found(
            page: try call.store.requests(of: application.app, asked.filter, limit: atOnce),
            dropped: try call.store.droppedRequests(of: application.app, since: call.now.adding(seconds: -7 * 86_400)))
    }

    private static func show(_ call: PortalCall) async throws -> Response {
        let application = try ApplicationSurface.own(call)
        let asked = read(call)
        let root = "/portal/applications/\(application.clientID)"
        let found = try await find(asked, application, call)
        let older = found.page.next.map { next in
            root + "/requests?"
                + (fields.map { ($0.rawValue, asked.values[$0] ?? "") }.filter { !$0.1.isEmpty } + [("before", String(next))])
                .map { "\($0.0)=\(PercentEncoding.encoded($0.1))" }.joined(separator: "&")
        }
        let page = RequestLogPage(
            frame: call.frame, root: root + "/requests", back: root, rows: asked.problems.isEmpty ? found.page.requests.map(\.row) : [],
            dropped: found.dropped, older: asked.problems.isEmpty ? older : nil, isFiltered: asked.filter != RequestFilter(),
            values: asked.values, problems: asked.problems)
        return call.show(page.html(), isProblem: !asked.problems.isEmpty)
    }
}

extension RequestRecord {
    fileprivate var row: RequestLogPage.Row {
        RequestLogPage.Row(
            at: at.instant, method: method, route: route, status: status, microseconds: microseconds, id: id, error: error,
            explanation: explanation, isTried: isTried)
    }
}
