import Foundation
import Testing

/// Speaks as much of PostgreSQL's protocol as it takes to let a client in, on a loopback port of its own, and then no more.
final class SilentServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(isListening)
        (self.listener, port) = (listener, address.sin_port.bigEndian)
        Thread.detachNewThread {
            while case let client = accept(listener, nil, nil), client >= 0 {
                var startup = [UInt8](repeating: 0, count: 4096)
                _ = read(client, &startup, startup.count)
                _ = Self.welcome.withUnsafeBytes { write(client, $0.baseAddress, $0.count) }
            }
        }
    }

    func close() { _ = shutdown(listener, Int32(SHUT_RDWR)) }

    /// Authentication is settled, the settings a client asks about, a key to cancel with, and ready.
    private static let welcome: [UInt8] = {
        func message(_ kind: Character, _ body: [UInt8]) -> [UInt8] {
            let size = UInt32(body.count + 4)
            return Array(String(kind).utf8) + (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + body
        }
        func setting(_ name: String, _ value: String) -> [UInt8] { message("S", Array(name.utf8) + [0] + Array(value.utf8) + [0]) }
        return message("R", [0, 0, 0, 0]) + setting("server_version", "15.0") + setting("client_encoding", "UTF8")
            + setting("default_transaction_read_only", "off") + setting("in_hot_standby", "off")
            + message("K", [0, 0, 0, 1, 0, 0, 0, 1]) + message("Z", Array("I".utf8))
    }()
}
