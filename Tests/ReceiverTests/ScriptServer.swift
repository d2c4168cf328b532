import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A web server on a free loopback port that answers as the test says, and remembers what it was asked.
final class ScriptServer: Sendable {
    struct Seen: Sendable {
        let method: String
        /// Path and query.
        let target: String
        let headers: [String: String]
        let body: String

        var path: String { String(target.prefix { $0 != "?" }) }
        var query: [String: String] { Self.fields(String(target.drop { $0 != "?" }.dropFirst())) }
        var form: [String: String] { Self.fields(body) }
        var authorization: String? { headers["authorization"] }

        private static func fields(_ text: String) -> [String: String] {
            var fields: [String: String] = [:]
            for pair in text.split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                    String($0).removingPercentEncoding ?? ""
                }
                fields[parts[0]] = parts.count > 1 ? parts[1] : ""
            }
            return fields
        }
    }

    struct Reply: Sendable {
        var status = 200
        var headers: [(String, String)] = [("Content-Type", "application/fhir+json")]
        var body = ""
        /// Closes the connection after this many bytes of the body.
        var cutAfter: Int?
        /// Sends the body in so many pieces with a pause before each.
        var drip: (pieces: Int, pause: TimeAmount)?
    }

    private let channel: any Channel
    private let log = Mutex<[Seen]>([])
    let port: Int

    var base: String { "http://127.0.0.1:\(port)" }
    var seen: [Seen] { log.withLock { $0 } }

    /// With a certificate and its key, both as PEM, it speaks TLS.
    init(tls: (certificate: String, key: String)? = nil, _ answer: @escaping @Sendable (Seen, String) -> Reply) async throws {
        let context = try tls.map { tls in
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(tls.certificate.utf8), format: .pem))],
                    privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(tls.key.utf8), format: .pem))))
        }
        let box = Box()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptHandler { seen in
                            box.server.withLock { $0.value }?.log.withLock { $0.append(seen) }
                            return answer(seen, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        box.server.withLock { $0.value = self }
    }

    func stop() async { try? await channel.close() }

    private final class Box: Sendable {
        struct Weak { weak var value: ScriptServer? }
        let server = Mutex(Weak())
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: (ScriptServer.Seen) -> ScriptServer.Reply
    private var head: HTTPRequestHead?
    private var body = ""

    init(_ answer: @escaping (ScriptServer.Seen) -> ScriptServer.Reply) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, "")
        case .body(let piece): body += String(buffer: piece)
        case .end:
            guard let head else { return }
            let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
            write(answer(.init(method: head.method.rawValue, target: head.uri, headers: headers, body: body)), context)
        }
    }

    private func write(
        _ bytes: [UInt8], _ drip: (pieces: Int, pause: TimeAmount), _ reply: ScriptServer.Reply, _ headers: HTTPHeaders,
        _ context: ChannelHandlerContext
    ) {
        let channel = context.channel
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
        channel.writeAndFlush(HTTPServerResponsePart.head(head), promise: nil)
        let size = (bytes.count + drip.pieces - 1) / drip.pieces
        for piece in 0..<drip.pieces {
            let part = ByteBuffer(bytes: bytes.dropFirst(piece * size).prefix(size))
            channel.eventLoop.scheduleTask(in: drip.pause * (piece + 1)) {
                channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(part)), promise: nil)
                if piece == drip.pieces - 1 { channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil) }
            }
        }
    }

    private func write(_ reply: ScriptServer.Reply, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(reply.headers)
        headers.replaceOrAdd(name: "Content-Length", value: "\(reply.body.utf8.count)")
        let bytes = Array(reply.body.utf8)
        if let drip = reply.drip { return write(bytes, drip, reply, headers, context) }
        let sent = reply.cutAfter.map { bytes.prefix($0) } ?? bytes[...]
        context.write(
            wrapOutboundOut(.head(.init(version: .http1_1, status: .init(statusCode: reply.status), headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: sent)))), promise: nil)
        if reply.cutAfter == nil {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        } else {
            context.flush()
            context.close(promise: nil)
        }
    }
}
