import Exchange
import Foundation
import Logging
import Mail
import Receiver
import Server
import ServiceLifecycle
import Storage
import Trust
import UnixSignals

/// Puts a configuration's parts together; the one place that knows every room.
struct Composition {
    let store: Store
    let plans: [Plan]
    let configuration: ServerConfiguration

    /// Whoever may not upgrade refuses a database that an earlier program made: servers may be at work on it.
    init(_ configuration: ServerConfiguration, isSandbox: Bool = false, mayUpgrade: Bool = true) async throws {
        self.configuration = configuration
        // Whatever this process makes, records and logs of the store among them, is its owner's alone.
        umask(0o077)
        if let database = configuration.database {
            try FileManager.default.createDirectory(
                atPath: configuration.dataDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            store = try Store(postgres: database, keepsSentMail: isSandbox, mayUpgrade: mayUpgrade)
        } else {
            store = try Store(directory: configuration.dataDirectory, keepsSentMail: isSandbox)
        }
        var plans: [Plan] = []
        for entry in configuration.plans {
            let key = try await store.enrol(planID: entry.id, name: entry.name)
            plans.append(Plan(key: key, id: entry.id, name: entry.name, addresses: entry.addresses, policy: entry.policy))
        }
        self.plans = plans
    }

    func plan(_ id: String) throws -> Plan {
        guard let plan = plans.first(where: { $0.id == id }) else {
            throw ConfigurationProblem("There is no plan \(id). Plans: \(plans.map(\.id).joined(separator: ", ")).")
        }
        return plan
    }

    func site(sandbox: Sandbox?) throws -> Site {
        var hosts = HostTable(admitsLoopback: sandbox != nil)
        hosts.add(HostName.of(configuration.publicAddress), .site)
        for entry in configuration.plans {
            for host in entry.hosts { hosts.add(host, .plan(path: "/\(entry.id)")) }
        }
        let secret = try KeyFile.bytes(configuration.keyFile) { KeyFile.random(32) }
        return Site(
            plans: plans, store: store, world: .real, keys: ServerKeys(secret: secret), publicAddress: configuration.publicAddress,
            hosts: hosts, proxies: configuration.proxies, sandbox: sandbox,
            portal: configuration.hasPortal
                ? Portal(
                    passwordCost: configuration.passwordCost, requiresSecondFactor: sandbox == nil,
                    evidence: evidence) : nil,
            receiving: try receiving(isSandbox: sandbox != nil))
    }

    private var evidence: any EvidenceBytes {
        guard let folder = configuration.evidenceDirectory else { return store }
        return EvidenceFolder(path: folder) { [store] name throws(Refusal) in try store.evidence(name: name) != nil }
    }

    /// The folder in which an earlier program kept uploaded files that the database does not have; nil when there is none.
    func forgottenEvidence() throws -> String? {
        guard configuration.database != nil, configuration.evidenceDirectory == nil else { return nil }
        let folder = configuration.dataDirectory + "/evidence"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where try store.evidence(name: name) != nil && store.piece(0, of: name) == nil { return folder }
        return nil
    }

    /// The plans that receive, each with the way in for its members and the way out to other payers.
    private func receiving(isSandbox: Bool) throws -> [Receiving] {
        let entries = configuration.plans.filter { $0.receive != nil }
        guard !entries.isEmpty else { return [] }
        let sealing = try sealing()
        return try entries.compactMap { entry in
            guard let receive = entry.receive else { return nil }
            return Receiving(
                plan: try plan(entry.id), entrance: isSandbox ? .choose(receive.choices) : .code,
                linkKey: try receive.linkKeyFile.map { try KeyFile.bytes($0) { [] } },
                connector: SenderConnection(network: isSandbox ? .sandbox : .production), sealing: sealing)
        }
    }

    /// Secrets that must be used again lie in the store under a key that does not.
    func sealing() throws -> Sealing {
        let file = try KeyFile.bytes(configuration.sealingKeyFile) { KeyFile.random(SealingKeys.length) }
        return Sealing(keys: try SealingKeys(file))
    }

    /// Serves until a signal asks to stop. Then readiness turns first, after the grace the listener closes and jobs are given back, and
    /// requests in hand are finished, for as long as the configuration says.
    func serve(_ site: Site, logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void) async throws {
        let certificate = try configuration.tls.map { tls throws(ConfigurationProblem) in
            do throws(ServerCertificate.Problem) { return try ServerCertificate(certificate: tls.certificate, key: tls.key) } catch {
                throw ConfigurationProblem(error.description)
            }
        }
        let threads = store.waits ? WaitingThreads(count: 32) : nil
        defer { threads?.close() }
        var wait: SiteServer.Wait?
        if let threads { wait = { call in threads.run(call) } }
        let server = SiteServer.make(
            site, at: .init(host: configuration.host, port: configuration.port), logger: logger,
            wait: wait, certificate: certificate, onRunning: onRunning)
        var services: [any Service] = [server, CertificateReload(certificate: certificate, logger: logger)]
        if let mail = configuration.mail { services.append(try delivery(mail, logger)) }
        if site.portal != nil {
            services.append(SyncDelivery(store: store, plans: plans, world: .real, logger: logger))
            services.append(RequestKeeping(site: site, logger: logger))
        }
        if !site.receiving.isEmpty { services.append(try transfers(isSandbox: site.sandbox != nil, logger)) }
        services.append(Housekeeping(store: store, evidence: site.portal?.evidence, logger: logger))
        // Services stop in reverse order: draining is told first, and the operator can look until the end.
        var all: [any Service] = [Together(services: services), Draining(state: site.state, grace: configuration.drain.grace)]
        if let admin = configuration.admin {
            let server = AdminServer.make(site, at: .init(host: admin.host, port: admin.port), certificate: certificate, logger: logger)
            all.insert(OnCommonThreads(service: server), at: 0)
        }
        var group = ServiceGroupConfiguration(
            services: all.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = configuration.drain.grace + configuration.drain.finish
        let running = ServiceGroup(configuration: group)
        guard let threads else { return try await running.run() }
        try await withTaskExecutorPreference(threads) { try await running.run() }
    }

    private func transfers(isSandbox: Bool, _ logger: Logger) throws -> TransferService {
        var settings = TransferSettings()
        settings.network = isSandbox ? .sandbox : .production
        let atOnce = try configuration.plans.filter { $0.receive?.keepsAtOnce == true }.map { try plan($0.id).key }
        return TransferService(
            store: store,
            worker: TransferWorker(
                store: store, world: .real, settings: settings, sealing: try sealing(), keepsAtOnce: Set(atOnce),
                holder: SecretText.hexadecimal(), logger: logger))
    }

    private func delivery(_ mail: MailConfiguration, _ logger: Logger) throws -> OutboxDelivery {
        let security: SMTPSettings.Security =
            switch mail.security {
            case .none: .none
            case .starttls: .startTLS
            case .tls: .implicitTLS
            }
        let password = try mail.passwordFile.map { try KeyFile.text($0) }
        let settings = SMTPSettings(
            host: mail.host, port: mail.port, security: security, username: mail.username, password: password, caFile: mail.caFile,
            from: try MailAddress(mail.from), fromName: mail.fromName)
        return OutboxDelivery(outbox: store, transport: SMTPTransport(settings), settings: settings, logger: logger)
    }
}
