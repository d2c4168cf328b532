import Foundation
import NIOCore
import NIOPosix

/// Finds the network addresses of a host name.
struct NameResolver: Sendable {
    /// Why a name has no addresses.
    enum Failure: Error, Sendable, Equatable {
        /// The name service knows no such name, or none with an address.
        case unknown
        /// It did not answer, or not in time.
        case silent
    }

    let addresses: @Sendable (String) async throws(Failure) -> [NetworkAddress]

    /// The computer's own resolver, in the order in which it would try the addresses itself (RFC 6724).
    static func system(within limit: Duration = .seconds(5)) -> NameResolver {
        NameResolver { name async throws(Failure) in
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            let promise = loop.makePromise(of: Result<[NetworkAddress], Failure>.self)
            // The question cannot be called back; when the time is up its thread is left to end by itself.
            let deadline = loop.scheduleTask(in: .milliseconds(limit.wholeMilliseconds)) { promise.succeed(.failure(.silent)) }
            threads.runIfActive(eventLoop: loop) { ask(name) }.whenComplete { result in
                deadline.cancel()
                promise.succeed((try? result.get()) ?? .failure(.silent))
            }
            guard let answer = try? await promise.futureResult.get() else { throw .silent }
            return try answer.get()
        }
    }

    /// Threads of their own: a name service that does not answer must not hold up those that read files.
    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    private static func ask(_ name: String) -> Result<[NetworkAddress], Failure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        var code = getaddrinfo(name, nil, &hints, &list)
        if code != 0, code != EAI_AGAIN {
            // A computer whose only interface is its loopback has no family "configured", and still has a localhost.
            hints.ai_flags = 0
            code = getaddrinfo(name, nil, &hints, &list)
        }
        guard code == 0 else {
            return .failure(code == EAI_AGAIN || code == EAI_SYSTEM || code == EAI_MEMORY ? .silent : .unknown)
        }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = list
        while let entry = next {
            if let address = address(entry.pointee), !found.contains(address) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return .success(found)
    }

    private static func address(_ entry: addrinfo) -> NetworkAddress? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        // A link-local address comes with its interface.
        let digits = text.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: "%")) }
        return NetworkAddress(String(decoding: digits.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
