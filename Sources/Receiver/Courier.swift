import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends one request and takes its whole answer within limits; follows no redirect, repeats nothing.
struct Courier: Sendable {
    /// Why there is no answer.
    struct Failure: Error, Sendable {
        let reason: String
        /// The connection or the server may be better in a while.
        let isPassing: Bool
        /// Surely nothing of the request reached the server, so even a single-use code may be sent again.
        var wasNotSent = false
    }

    private let client: HTTPClient
    private let limits: ReceiveLimits
    private let allowInsecureHTTP: Bool

    init(_ options: ReceiveOptions) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.amount(options.limits.connect), read: Self.amount(options.limits.idle)))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, options.parallelRequests)
        configuration.decompression = .disabled
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        configuration.tlsConfiguration = tls
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        limits = options.limits
        allowInsecureHTTP = options.allowInsecureHTTP
    }

    func shutdown() async { try? await client.shutdown() }

    func get(_ address: WebAddress, accept: String, bearer: String? = nil) async throws(Failure) -> HTTPAnswer {
        var request = HTTPClientRequest(url: address.text)
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer " + bearer) }
        return try await send(request, to: address, accept: accept)
    }

    /// A form; `basic` is what stands after `Basic ` in `Authorization`.
    func post(_ address: WebAddress, form: String, basic: String?) async throws(Failure) -> HTTPAnswer {
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if let basic { request.headers.add(name: "Authorization", value: "Basic " + basic) }
        request.body = .bytes(ByteBuffer(string: form))
        return try await send(request, to: address, accept: "application/json")
    }

    private func send(_ request: HTTPClientRequest, to address: WebAddress, accept: String) async throws(Failure) -> HTTPAnswer {
        guard address.origin.isSecure || address.origin.isLoopback || allowInsecureHTTP else {
            throw Failure(reason: "\(address.origin) is not https", isPassing: false)
        }
        var request = request
        request.headers.add(name: "Accept", value: accept)
        request.headers.add(name: "User-Agent", value: "PayerBridge-Receiver")
        do {
            // The deadline bounds the wait for a connection and the first bytes; the body has its own limits.
            let response = try await client.execute(request, timeout: Self.amount(limits.connect + limits.idle))
            let body = try await collect(response)
            return HTTPAnswer(status: Int(response.status.code), body: body, retryAfter: response.headers.first(name: "Retry-After"))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Self.failure(error, address)
        }
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
        case is HTTPParserError:
            return Failure(reason: "\(address.origin) did not answer in HTTP", isPassing: true)
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
