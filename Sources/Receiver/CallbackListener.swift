import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A web server for exactly one answer, on this computer only, gone as soon as it came.
struct CallbackListener: Sendable {
    private let channel: any Channel
    private let verdicts: AsyncStream<AuthorizationCallback.Verdict>
    /// The port it really listens on.
    let port: Int

    /// Listens at once, so that the address can be shown when nothing can be missed any more. Port 0 takes a free one.
    init(host: String, port: Int, callback: AuthorizationCallback) async throws(ReceiveProblem) {
        let (verdicts, sink) = AsyncStream.makeStream(of: AuthorizationCallback.Verdict.self)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 16)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    // A browser that opens a connection and says nothing does not stay.
                    try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: .seconds(30)))
                    try channel.pipeline.syncOperations.addHandler(CallbackHandler(callback: callback, sink: sink))
                }
            }
        do {
            channel = try await bootstrap.bind(host: host, port: port).get()
        } catch {
            throw .cannotListen("\(host):\(port)", reason: Self.reason(error))
        }
        self.port = channel.localAddress?.port ?? port
        self.verdicts = verdicts
    }

    /// The code of the first answer that is ours; throws what that answer says, or that the time is up. Stops listening in any case.
    func code(within timeout: Duration) async throws(ReceiveProblem) -> String {
        let result = await withTaskGroup(of: Result<String, ReceiveProblem>.self) { group in
            group.addTask { [verdicts] in
                for await verdict in verdicts {
                    switch verdict {
                    case .code(let code): return .success(code)
                    case .ended(let problem): return .failure(problem)
                    case .other: continue
                    }
                }
                return .failure(.interrupted)
            }
            group.addTask {
                do { try await Task.sleep(for: timeout) } catch { return .failure(.interrupted) }
                return .failure(.authorizationTimedOut)
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .failure(.interrupted)
        }
        await close()
        return try result.get()
    }

    func close() async { try? await channel.close() }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(type(of: error))" }
        return error.errnoCode == EADDRINUSE ? "another program uses this port" : String(cString: strerror(error.errnoCode))
    }
}

/// Answers each request with a page and closes; a verdict is passed on only when its page is written.
private final class CallbackHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let callback: AuthorizationCallback
    private let sink: AsyncStream<AuthorizationCallback.Verdict>.Continuation
    private var isAnswered = false

    init(callback: AuthorizationCallback, sink: AsyncStream<AuthorizationCallback.Verdict>.Continuation) {
        self.callback = callback
        self.sink = sink
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data), !isAnswered else { return }
        isAnswered = true
        let verdict = callback.judge(method: head.method.rawValue, target: head.uri)
        let page = CallbackPage.page(for: verdict)
        let body = context.channel.allocator.buffer(string: page.html)
        let headers: HTTPHeaders = [
            "Content-Type": "text/html; charset=utf-8", "Content-Length": "\(body.readableBytes)", "Connection": "close",
            "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ]
        let answer = HTTPResponseHead(version: .http1_1, status: .init(statusCode: page.status), headers: headers)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        written.whenComplete { [sink] _ in sink.yield(verdict) }
        written.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
