import Exchange
import FHIR
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
import Records

/// The operator's own listener: health, readiness and metrics, apart from what members and apps reach.
package enum AdminServer {
    package static func make(
        _ site: Site, at address: SiteServer.Address, certificate: ServerCertificate?, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let router = Router(context: BasicRequestContext.self)
        router.get("/healthz") { _, _ in plain(.ok, "ok\n") }
        router.get("/readyz") { _, _ in await readiness(site) }
        router.get("/metrics") { _, _ in
            Answer.bytes(.ok, MetricsText.contentType, await metrics(site, certificate).utf8)
        }
        router.get("/") { _, _ in plain(.ok, "/healthz  the process lives\n/readyz   it may be sent requests\n/metrics  for Prometheus\n") }
        return Application(
            responder: router.buildResponder(),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(60),
                    httpDecoderConfiguration: .init(maxHeaderFieldSize: 8 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 64))),
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: nil, reuseAddress: true),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? address.port) },
            logger: logger)
    }

    private static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Answer.bytes(status, "text/plain; charset=utf-8", text.utf8)
    }

    private enum Reason: String { case starting, draining, store }

    private static func readiness(_ site: Site) async -> Response {
        switch site.state.phase {
        case .starting: return notReady(.starting, "The server has not opened its listener yet.")
        case .draining: return notReady(.draining, "The server is stopping; it takes no new work.")
        case .serving: break
        }
        let store = site.store
        if case .failure(let problem) = await Patience.ask({ () async throws(Refusal) in try await store.checkReadiness() }) {
            return notReady(.store, problem.message)
        }
        return Answer.json(.ok, JSONDocument.object(["ready": true]).json)
    }

    private static func notReady(_ reason: Reason, _ words: String) -> Response {
        Answer.json(
            .serviceUnavailable,
            JSONDocument.object(["ready": false, "reason": .string(reason.rawValue), "explanation": .string(words)]).json)
    }

    private static func metrics(_ site: Site, _ certificate: ServerCertificate?) async -> String {
        var text = MetricsText()
        text.family("payerbridge_build_info", .gauge, "The program's version.")
        text.sample("payerbridge_build_info", [("version", Version.text)], 1)
        text.single("payerbridge_draining", .gauge, "1 while the server is stopping.", site.state.phase == .draining ? 1 : 0)
        site.measures.write(to: &text)
        await writeStore(site, to: &text)
        let shelves = site.shelves.measures
        text.single("payerbridge_shelf_cache_bytes", .gauge, "About how much of members' records is in memory.", shelves.bytes)
        text.single("payerbridge_shelf_cache_hits_total", .counter, "Times a shelf of a record was in memory.", shelves.hits)
        text.single("payerbridge_shelf_cache_loads_total", .counter, "Times it had to be read from the store.", shelves.loads)
        if let certificate {
            text.single(
                "payerbridge_tls_certificate_not_after_seconds", .gauge, "When the server's certificate runs out, since 1970.",
                certificate.notAfter)
        }
        ProcessMeasures.write(to: &text)
        return text.text
    }

    private struct Told: Sendable {
        let jobs: [JobCount]
        let measures: [StoreMeasure]
    }

    private static func writeStore(_ site: Site, to text: inout MetricsText) async {
        let (store, now) = (site.store, site.world.now())
        let answer = await Patience.ask { () async throws(Refusal) in
            Told(jobs: try await store.jobCounts(at: now), measures: try await store.storeMeasures())
        }
        switch answer {
        case .success(let told):
            let (jobs, measures) = (told.jobs, told.measures)
            text.single("payerbridge_store_up", .gauge, "1 when the store answers.", 1)
            text.family("payerbridge_jobs", .gauge, "Jobs by kind and state; failed mails among the newest 100,000.")
            for kind in JobCount.Kind.allCases {
                for state in JobCount.State.allCases {
                    let count = jobs.reduce(0) { $1.kind == kind && $1.state == state ? $0 + $1.count : $0 }
                    text.sample("payerbridge_jobs", [("kind", kind.rawValue), ("state", state.rawValue)], count)
                }
            }
            var named: Set<String> = []
            for measure in measures {
                let name = "payerbridge_store_" + measure.name
                if named.insert(name).inserted { text.family(name, .gauge, measure.help) }
                text.sample(name, measure.label.map { [($0.name, $0.value)] } ?? [], measure.value)
            }
        case .failure: text.single("payerbridge_store_up", .gauge, "1 when the store answers.", 0)
        }
    }
}
