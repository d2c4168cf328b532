import FHIR
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Makes one TLS connection, looks at the version and the certificate, and closes it; not a byte of a request is sent.
struct TLSProbe: Sendable {
    /// nil when the server is named by an address.
    let host: String?
    let port: Int
    let trust: NIOSSLTrustRoots
    var limit: TimeAmount = .seconds(5)

    enum Result: Sendable, Equatable {
        case secure(version: String, ends: Timestamp?)
        case unreachable
        case expired(Timestamp)
        case otherName
        case untrusted
        /// No version or cipher in common, or no TLS at all.
        case refused
    }

    /// Asks the first of the addresses that accepts a connection.
    func ask(_ places: [NetworkAddress]) async -> Result {
        for place in places.prefix(4) {
            switch await connect(place, .fullVerification) {
            case .done(let result): return result
            case .noConnection: continue
            case .otherName: return .otherName
            case .failed: break
            }
            // Why it is not trusted shows only when it is looked at regardless.
            guard case .done(.secure(_, let ends)) = await connect(place, .none) else { return .refused }
            if let ends, ends < Timestamp.now { return .expired(ends) }
            return .untrusted
        }
        return .unreachable
    }

    private enum Attempt: Sendable {
        case done(Result)
        case noConnection
        case otherName
        case failed
    }

    private func connect(_ place: NetworkAddress, _ verification: CertificateVerification) async -> Attempt {
        var configuration = Courier.tls(trust)
        configuration.certificateVerification = verification
        guard let address = try? SocketAddress(ipAddress: place.text, port: port),
            let context = try? NIOSSLContext(configuration: configuration)
        else { return .failed }
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: Attempt.self)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(limit).channelInitializer { [host] channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers(
                    NIOSSLClientHandler(context: context, serverHostname: host), HandshakeWatcher(promise))
            }
        }
        guard let channel = try? await bootstrap.connect(to: address).get() else {
            promise.succeed(.noConnection)
            return .noConnection
        }
        let deadline = loop.scheduleTask(in: limit) { promise.succeed(.failed) }
        let attempt = try? await promise.futureResult.get()
        deadline.cancel()
        try? await channel.close()
        return attempt ?? .failed
    }

    private final class HandshakeWatcher: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let promise: EventLoopPromise<Attempt>

        init(_ promise: EventLoopPromise<Attempt>) { self.promise = promise }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case .handshakeCompleted? = event as? TLSUserEvent else { return context.fireUserInboundEventTriggered(event) }
            let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
            let ends = handler?.peerCertificate.map { Timestamp(milliseconds: Int64($0.notValidAfter) * 1000) }
            promise.succeed(.done(.secure(version: Self.words(handler?.tlsVersion), ends: ends)))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            let isOtherName = (error as? NIOSSLExtraError) == .failedToValidateHostname
            promise.succeed(isOtherName ? .otherName : .failed)
        }

        func channelInactive(context: ChannelHandlerContext) { promise.succeed(.failed) }

        private static func words(_ version: TLSVersion?) -> String {
            switch version {
            case .tlsv12: "TLS 1.2"
            case .tlsv13: "TLS 1.3"
            case .tlsv1, .tlsv11: "an old TLS"
            case nil: "TLS"
            }
        }
    }
}
