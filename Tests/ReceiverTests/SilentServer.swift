import NIOCore
import NIOPosix

/// Accepts connections and says nothing.
final class SilentServer: Sendable {
    private let channel: any Channel
    let base: String

    init() async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        base = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    func stop() async { try? await channel.close() }
}
