import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends one request and takes its whole answer within limits; goes only where the rules allow, follows no redirect, repeats nothing.
struct Courier: Sendable {
    /// Why there is no answer.
    struct Failure: Error, Sendable {
        let reason: String
        /// The connection or the server may be better in a while.
        let isPassing: Bool
        /// Surely nothing of the request reached the server, so even a single-use code may be sent again.
        var wasNotSent = false
    }

    /// What becomes of an answer that points elsewhere; nobody goes there in either case.
    enum Redirects: Sendable {
        case failure
        case answer
    }

    let policy: NetworkPolicy
    private let hosts: PinnedHosts
    private let limits: ReceiveLimits

    init(
        _ options: ReceiveOptions, resolver: NameResolver = .system(), trust: NIOSSLTrustRoots = .default,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.amount(options.limits.connect), read: Self.amount(options.limits.idle)))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, options.parallelRequests)
        configuration.decompression = .disabled
        configuration.tlsConfiguration = Self.tls(trust)
        policy = options.network
        hosts = PinnedHosts(policy: policy, resolver: resolver, configuration: configuration, now: now)
        limits = options.limits
    }

    static func tls(_ trust: NIOSSLTrustRoots) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = trust
        return tls
    }

    func shutdown() async { await hosts.shutdown() }

    func get(_ address: WebAddress, accept: String, bearer: String? = nil, redirects: Redirects = .failure) async throws(Failure)
        -> HTTPAnswer
    {
        var request = HTTPClientRequest(url: address.text)
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer " + bearer) }
        return try await send(request, to: address, accept: accept, redirects)
    }

    /// A form; `basic` is what stands after `Basic ` in `Authorization`.
    func post(_ address: WebAddress, form: String, basic: String?) async throws(Failure) -> HTTPAnswer {
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if let basic { request.headers.add(name: "Authorization", value: "Basic " + basic) }
        request.body = .bytes(ByteBuffer(string: form))
        return try await send(request, to: address, accept: "application/json", .failure)
    }

    /// Tries the next address of the host only when surely nothing reached the last one.
    private func send(_ request: HTTPClientRequest, to address: WebAddress, accept: String, _ redirects: Redirects) async throws(Failure)
        -> HTTPAnswer
    {
        var request = request
        request.headers.add(name: "Accept", value: accept)
        request.headers.add(name: "User-Agent", value: "PayerBridge-Receiver")
        let lines = try await hosts.lines(to: address.origin)
        var failure = Failure(reason: "\(address.origin) has no network address", isPassing: true, wasNotSent: true)
        for line in lines {
            do throws(Failure) {
                let answer = try await exchange(request, line.client, address, redirects)
                await hosts.giveBack(lines, to: address.origin, worked: line)
                return answer
            } catch {
                failure = error
                guard failure.isPassing, failure.wasNotSent else { break }
            }
        }
        await hosts.giveBack(lines, to: address.origin)
        throw failure
    }

    private func exchange(_ request: HTTPClientRequest, _ client: HTTPClient, _ address: WebAddress, _ redirects: Redirects)
        async throws(Failure) -> HTTPAnswer
    {
        do {
            // The deadline bounds the wait for a connection and the first bytes; the body has its own limits.
            let response = try await client.execute(request, timeout: Self.amount(limits.connect + limits.idle))
            let status = Int(response.status.code)
            let location = response.headers.first(name: "Location")
            if case .failure = redirects, [301, 302, 303, 307, 308].contains(status) {
                throw Failure(
                    reason: "the server answered \(status) and points to \(Self.place(location, address)), where nothing is sent",
                    isPassing: false)
            }
            let body = try await collect(response)
            return HTTPAnswer(
                status: status, body: body, retryAfter: response.headers.first(name: "Retry-After"),
                date: response.headers.first(name: "Date"), location: location)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Self.failure(error, address)
        }
    }

    /// Only the host: what stands behind it may hold secrets.
    private static func place(_ location: String?, _ from: WebAddress) -> String {
        guard let location, let to = from.following(location, base: from) else { return "a place that cannot be read" }
        return to.origin == from.origin ? "another address of its own" : "\(to.origin)"
    }

    private func collect(_ response: HTTPClientResponse) async throws -> [UInt8] {
        let tooLarge = Failure(reason: "the answer is larger than \(limits.answerBytes) bytes", isPassing: false)
        if let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > limits.answerBytes { throw tooLarge }
        let begun = ContinuousClock.now
        var body: [UInt8] = []
        for try await piece in response.body {
            guard piece.readableBytes <= limits.answerBytes - body.count else { throw tooLarge }
            body.append(contentsOf: piece.readableBytesView)
            let seconds = (ContinuousClock.now - begun).components.seconds
            // A sender that drips would hold this type for ever without ever being idle.
            if seconds > 30, body.count / Int(seconds) < 1024 {
                throw Failure(reason: "the answer came slower than 1 KiB a second", isPassing: true)
            }
        }
        return body
    }

    private static func failure(_ error: any Error, _ address: WebAddress) -> Failure {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout || error == .getConnectionFromPoolTimeout:
            return Failure(reason: "no connection to \(address.origin) in time", isPassing: true, wasNotSent: true)
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded:
            return Failure(reason: "no answer from \(address.origin) in time", isPassing: true)
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            return Failure(reason: "\(address.origin) closed the connection", isPassing: true)
        case let error as HTTPClientError:
            return Failure(reason: "the exchange with \(address.origin) failed (\(error.shortDescription))", isPassing: true)
        case is NIOConnectionError:
            return Failure(reason: "\(address.origin) cannot be reached", isPassing: true, wasNotSent: true)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            return Failure(reason: untrusted(error, address), isPassing: false, wasNotSent: true)
        case let error as HTTPParserError where error == .invalidEOFState:
            return Failure(reason: "\(address.origin) ended in the middle of its answer", isPassing: true)
        case is HTTPParserError:
            return Failure(reason: "\(address.origin) did not answer in HTTP", isPassing: true)
        // These say that no connection came about; on an open one they would come long after our own limits.
        case let error as IOError where [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL].contains(error.errnoCode):
            return Failure(reason: "\(address.origin) cannot be reached", isPassing: true, wasNotSent: true)
        case let error as IOError:
            return Failure(
                reason: "the connection to \(address.origin) broke (\(String(cString: strerror(error.errnoCode))))", isPassing: true)
        default:
            return Failure(reason: "the exchange with \(address.origin) failed (\(type(of: error)))", isPassing: true)
        }
    }

    private static func untrusted(_ error: any Error, _ address: WebAddress) -> String {
        // BoringSSL's own text is a list of source files; only the usual cause is worth naming.
        let isUnknown = "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
        return isUnknown
            ? "the certificate of \(address.origin) is not one that this computer trusts"
            : "no secure connection to \(address.origin) came about"
    }

    private static func amount(_ duration: Duration) -> TimeAmount {
        let parts = duration.components
        return .nanoseconds(parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
    }
}
