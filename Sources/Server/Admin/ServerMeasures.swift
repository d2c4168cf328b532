import Exchange
import Synchronization

/// What a running server counts of itself. A label is a route's template or another word of ours, never anything that a request holds.
///
/// What the lane counts it counts in cells laid out before the first request, without a lock.
package final class ServerMeasures: Sendable {
    /// The answers of one route by class of status.
    private final class Route: Sendable {
        static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]
        let surface: Surface
        let template: String
        let counts = AtomicCounts(classes.count)
        init(_ template: String) { (surface, self.template) = (Surface(template: template), template) }
        func count(_ status: Int) { counts.add(1, at: max(1, min(Self.classes.count, status / 100)) - 1) }
    }

    private enum Cell: Int, CaseIterable { case underWay, connections, disclosures, disclosedResources, disclosuresFailed }

    private let startedAt = ContinuousClock.now
    private let fhir = FHIRRoute.Shape.allCases.map { Route("/{plan}/r4" + ($0 == .nothing ? "/-" : $0.template)) }
    private let others = Mutex<[String: Route]>([:])
    private let durations = Surface.allCases.map { _ in Histogram() }
    private let disclosureWait = Histogram()
    private let cells = AtomicCounts(Cell.allCases.count)

    package init() {}

    // MARK: Counting

    func answered(_ shape: FHIRRoute.Shape, _ status: Int, microseconds: Int) {
        fhir[shape.rawValue].count(status)
        durations[Surface.fhir.rawValue].record(microseconds: microseconds)
    }

    /// `template` is the router's, whose number is bounded; a plan's id in it is written `{plan}`.
    func answered(_ template: String?, of plans: [Plan], _ status: Int, microseconds: Int) {
        let template = template ?? "-"
        let route = others.withLock { routes in
            if let known = routes[template] { return known }
            let route = Route(Self.shape(template, plans))
            routes[template] = route
            return route
        }
        route.count(status)
        durations[route.surface.rawValue].record(microseconds: microseconds)
    }

    private static func shape(_ template: String, _ plans: [Plan]) -> String {
        // What no route took has a word of the router's instead.
        guard template.utf8.first == UInt8(ascii: "/") else { return "-" }
        for plan in plans where (template + "/").utf8.starts(with: "/\(plan.id)/".utf8) {
            return "/{plan}" + template.dropFirst(plan.id.count + 1)
        }
        for plan in plans where template.hasSuffix("/\(plan.id)/oauth2") { return template.dropLast(plan.id.count + 7) + "{plan}/oauth2" }
        return template
    }

    func beginRequest() { cells.add(1, at: Cell.underWay.rawValue) }
    func endRequests(_ count: Int = 1) { cells.add(-count, at: Cell.underWay.rawValue) }
    func connected() { cells.add(1, at: Cell.connections.rawValue) }
    func disconnected() { cells.add(-1, at: Cell.connections.rawValue) }

    /// An answer's disclosure is on record, or could not be put there.
    func recorded(_ disclosure: Disclosure, isKept: Bool, microseconds: Int) {
        disclosureWait.record(microseconds: microseconds)
        guard isKept else { return cells.add(1, at: Cell.disclosuresFailed.rawValue) }
        cells.add(1, at: Cell.disclosures.rawValue)
        cells.add(disclosure.resources, at: Cell.disclosedResources.rawValue)
    }

    // MARK: Telling

    func write(to text: inout MetricsText) {
        text.family("payerbridge_requests_total", .counter, "Answers, by route and class of status.")
        let routes = fhir + others.withLock { Array($0.values) }.sorted { $0.template < $1.template }
        // Templates of two plans are one route.
        var sums: [(route: Route, counts: [Int])] = []
        for route in routes {
            let counts = Route.classes.indices.map { route.counts[$0] }
            if let index = sums.firstIndex(where: { $0.route.template == route.template }) {
                sums[index].counts = zip(sums[index].counts, counts).map { $0 + $1 }
            } else {
                sums.append((route, counts))
            }
        }
        for (route, counts) in sums {
            for (status, count) in zip(Route.classes, counts) where count > 0 {
                text.sample(
                    "payerbridge_requests_total", [("surface", route.surface.name), ("route", route.template), ("status", status)], count)
            }
        }
        text.family("payerbridge_request_duration_seconds", .histogram, "From a request's end to its answer's head, by surface.")
        for surface in Surface.allCases {
            text.histogram("payerbridge_request_duration_seconds", [("surface", surface.name)], durations[surface.rawValue])
        }
        text.single(
            "payerbridge_requests_under_way", .gauge, "Requests whose answer has not been written to its end.",
            cells[Cell.underWay.rawValue])
        text.single("payerbridge_connections", .gauge, "Open connections.", cells[Cell.connections.rawValue])
        text.single(
            "payerbridge_disclosures_total", .counter, "Answers with clinical data whose disclosure was put on record.",
            cells[Cell.disclosures.rawValue])
        text.single(
            "payerbridge_disclosed_resources_total", .counter, "Resources in those answers.", cells[Cell.disclosedResources.rawValue])
        text.single(
            "payerbridge_disclosures_failed_total", .counter, "Answers withheld because their disclosure could not be put on record.",
            cells[Cell.disclosuresFailed.rawValue])
        text.family("payerbridge_disclosure_wait_seconds", .histogram, "How long answers waited for their disclosure to be on disk.")
        text.histogram("payerbridge_disclosure_wait_seconds", [], disclosureWait)
        text.family("payerbridge_uptime_seconds", .gauge, "Since the server was put together.")
        let (seconds, rest) = startedAt.duration(to: .now).components
        text.sample("payerbridge_uptime_seconds", seconds: Double(seconds) + Double(rest) / 1e18)
    }
}
