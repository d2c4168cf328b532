import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A head that is not taken, and why.
struct RefusedHead: Error {
    let reason: String
}

/// Refuses request heads that two readers could understand differently, before anything else sees them.
///
/// One Host and no other host in the request line (RFC 9112 §3.2), no transfer coding but `chunked` (RFC 9112 §6.1). The lane answers, after all
/// that came before, and closes the connection, so that what follows cannot be taken for another request.
final class RequestHeadGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var isRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        if case .head(let head) = unwrapInboundIn(data), let reason = Self.problem(head) {
            isRefused = true
            return context.fireErrorCaught(RefusedHead(reason: reason))
        }
        context.fireChannelRead(data)
    }

    private static func problem(_ head: HTTPRequestHead) -> String? {
        let hosts = head.headers["host"]
        guard hosts.count == 1 else { return "The request must name one Host." }
        guard head.uri.utf8.first == UInt8(ascii: "/") else { return "The request line must hold a path that begins with '/'." }
        let codings = head.headers["transfer-encoding"]
        guard codings.isEmpty || (codings.count == 1 && codings[0].utf8.elementsEqual("chunked".utf8)) else {
            return "The only Transfer-Encoding taken here is chunked."
        }
        return nil
    }
}

/// Puts what works on HTTP/1 itself in front of the codec: first the guard, which has to see what the codec would merge, then the lane.
/// Everything else passes through it.
final class WireHandlersInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let desks: FHIRLaneDesks
    private let idleTimeout: TimeAmount
    private let isSecure: Bool

    init(desks: FHIRLaneDesks, idleTimeout: TimeAmount, isSecure: Bool) {
        (self.desks, self.idleTimeout, self.isSecure) = (desks, idleTimeout, isSecure)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            let lane = FHIRLane(desks: desks, idleTimeout: idleTimeout)
            try pipeline.addHandler(lane, position: .before(codec))
            let guardian = RequestHeadGuard()
            try pipeline.addHandler(guardian, position: .before(lane))
            if isSecure { try pipeline.addHandler(StrictTransport(), position: .before(guardian)) }
        } catch {
            // Without the guard nothing is served.
            context.close(promise: nil)
        }
    }
}
