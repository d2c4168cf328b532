import Foundation

/// Held by the one server that serves a data directory; the system lets go of it when the process ends, however it ends.
struct ServerLock: ~Copyable {
    private let handle: Int32

    init(directory: String) throws {
        let path = directory + "/server.lock"
        // What cannot be made cannot be written either.
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        handle = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard handle >= 0 else { throw ConfigurationProblem("\(path) cannot be written: \(String(cString: strerror(errno))).") }
        guard flock(handle, LOCK_EX | LOCK_NB) == 0 else {
            close(handle)
            throw ConfigurationProblem("Another payerbridge serves \(directory) already. Stop it, or use another data directory.")
        }
    }

    deinit { close(handle) }
}

/// Asks for the port before long work begins, so that a taken one is told at once.
enum FreePort {
    static func check(host: String, port: Int) throws {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard handle >= 0 else { return }
        defer { close(handle) }
        var yes: Int32 = 1
        setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        // A name or an IPv6 address is left to the server itself.
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard bound == 0 else {
            throw ConfigurationProblem("Port \(port) on \(host) cannot be used: \(String(cString: strerror(errno))). Choose another one.")
        }
    }
}
