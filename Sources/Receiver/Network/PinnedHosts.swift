import AsyncHTTPClient
import NIOCore

/// Resolves each host once a minute, refuses it by the rules, and keeps a connection pool for each address that passed.
///
/// Whoever owns a name could answer with a public address when it is checked and with an inner one when it is used (DNS rebinding); here
/// the address that was checked is the one that is connected to.
actor PinnedHosts {
    /// One allowed address of a host, with the client whose connections all go there.
    struct Line: Sendable {
        let address: NetworkAddress
        fileprivate let entry: Entry
        var client: HTTPClient { entry.client }
    }

    fileprivate final class Entry: Sendable {
        let client: HTTPClient
        init(_ client: HTTPClient) { self.client = client }
    }

    private struct Host {
        var lines: [Line]
        var resolved: ContinuousClock.Instant
    }

    private struct Key: Hashable {
        let host: String
        let isSecure: Bool
    }

    private let policy: NetworkPolicy
    private let resolver: NameResolver
    private let configuration: HTTPClient.Configuration
    private let now: @Sendable () -> ContinuousClock.Instant
    private var hosts: [Key: Host] = [:]
    private var questions: [Key: Task<Result<[NetworkAddress], Courier.Failure>, Never>] = [:]
    /// How many requests use a client, so that one whose address the name has left is closed after the last.
    private var uses: [ObjectIdentifier: Int] = [:]

    static let lifetime: Duration = .seconds(60)
    /// Addresses of one name that are tried; a name may have thousands.
    private static let most = 4

    /// `configuration` is that of every client but for `dnsOverride`.
    init(
        policy: NetworkPolicy, resolver: NameResolver, configuration: HTTPClient.Configuration,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.policy = policy
        self.resolver = resolver
        self.configuration = configuration
        self.now = now
    }

    func shutdown() async {
        let all = hosts.values.flatMap(\.lines).map(\.client)
        hosts = [:]
        for client in all { try? await client.shutdown() }
    }

    /// The lines to a server, best first; each must be given back.
    func lines(to origin: WebAddress.Origin) async throws(Courier.Failure) -> [Line] {
        let key = Key(host: origin.host, isSecure: origin.isSecure)
        do throws(NetworkPolicy.Forbidden) { try policy.check(origin) } catch { throw Self.refused(origin, error) }
        if let lines = fresh(key) { return lines }
        let addresses = try await resolve(origin, key)
        do throws(NetworkPolicy.Forbidden) { try policy.check(addresses, of: origin) } catch { throw Self.refused(origin, error) }
        // While the question was under way another request may have brought the same answer.
        if let lines = fresh(key) { return lines }
        let old = hosts[key]?.lines ?? []
        let kept = old.filter { addresses.contains($0.address) }
        let new = addresses.prefix(Self.most).filter { address in !old.contains { $0.address == address } }.map { line($0, origin) }
        let left = old.filter { !addresses.contains($0.address) && uses[ObjectIdentifier($0.entry)] == nil }
        hosts[key] = Host(lines: kept + new, resolved: now())
        let lines = taken(kept + new)
        for line in left { try? await line.client.shutdown() }
        return lines
    }

    private func fresh(_ key: Key) -> [Line]? {
        guard let host = hosts[key], now() - host.resolved < Self.lifetime else { return nil }
        return taken(host.lines)
    }

    private func taken(_ lines: [Line]) -> [Line] {
        for line in lines { uses[ObjectIdentifier(line.entry), default: 0] += 1 }
        return lines
    }

    /// `worked` is the line that led to the server, and the one to begin with next time.
    func giveBack(_ lines: [Line], to origin: WebAddress.Origin, worked: Line? = nil) async {
        let key = Key(host: origin.host, isSecure: origin.isSecure)
        var idle: [HTTPClient] = []
        for line in lines {
            let id = ObjectIdentifier(line.entry)
            uses[id, default: 1] -= 1
            guard uses[id] == 0 else { continue }
            uses[id] = nil
            if hosts[key]?.lines.contains(where: { $0.entry === line.entry }) != true { idle.append(line.client) }
        }
        if let worked, let place = hosts[key]?.lines.firstIndex(where: { $0.entry === worked.entry }), place > 0 {
            hosts[key]?.lines.swapAt(0, place)
        }
        for client in idle { try? await client.shutdown() }
    }

    private func resolve(_ origin: WebAddress.Origin, _ key: Key) async throws(Courier.Failure) -> [NetworkAddress] {
        if let literal = origin.literal { return [literal] }
        let question: Task<Result<[NetworkAddress], Courier.Failure>, Never>
        if let asked = questions[key] {
            question = asked
        } else {
            question = Task { [resolver] in
                do throws(NameResolver.Failure) {
                    return .success(try await resolver.addresses(origin.host))
                } catch {
                    switch error {
                    case .unknown:
                        return .failure(Courier.Failure(reason: "there is no host \(origin.host)", isPassing: true, wasNotSent: true))
                    case .silent:
                        return .failure(
                            Courier.Failure(reason: "the name \(origin.host) could not be looked up", isPassing: true, wasNotSent: true))
                    }
                }
            }
            questions[key] = question
        }
        let answer = await question.value
        questions[key] = nil
        return try answer.get()
    }

    private func line(_ address: NetworkAddress, _ origin: WebAddress.Origin) -> Line {
        var configuration = configuration
        // The name stays in `Host` and in the TLS greeting, and the certificate is held against it.
        if origin.literal == nil { configuration.dnsOverride[origin.host] = address.text }
        return Line(address: address, entry: Entry(HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)))
    }

    private static func refused(_ origin: WebAddress.Origin, _ forbidden: NetworkPolicy.Forbidden) -> Courier.Failure {
        Courier.Failure(reason: "\(origin) \(forbidden.reason)", isPassing: false, wasNotSent: true)
    }
}
