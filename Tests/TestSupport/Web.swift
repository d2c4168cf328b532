import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import Synchronization

/// A client that follows no redirect and keeps a note of every answer of 500 and above.
package final class Web: Sendable {
    private let client: HTTPClient
    /// Asks for gzip and unpacks it.
    private let unpacking: HTTPClient
    private let noted = Mutex<[String]>([])
    private let port: Int

    /// Every request goes to loopback: to the port its address names there, else to this one, and the host's name goes into `Host`.
    init(port: Int) {
        self.port = port
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        configuration.decompression = .enabled(limit: .size(256 << 20))
        unpacking = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Answers of 500 and above, as `method address status`.
    var troubles: [String] { noted.withLock { $0 } }
    func shutdown() async throws {
        try await client.shutdown()
        try await unpacking.shutdown()
    }

    package func send(
        _ method: String, _ address: String, headers: [(String, String)] = [], body: [UInt8]? = nil, asksForGzip: Bool = false,
        isTroubleExpected: Bool = false
    ) async throws -> WebAnswer {
        let (host, path) = Self.split(address)
        let place = host.flatMap { $0.hasPrefix("127.0.0.1:") ? $0 : nil } ?? "127.0.0.1:\(port)"
        var request = HTTPClientRequest(url: "http://\(place)\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let host { request.headers.add(name: "Host", value: host) }
        for (name, value) in headers {
            if name.lowercased() == "host" {
                request.headers.replaceOrAdd(name: name, value: value)
            } else {
                request.headers.add(name: name, value: value)
            }
        }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        if asksForGzip { request.headers.replaceOrAdd(name: "Accept-Encoding", value: "gzip") }
        let response = try await (asksForGzip && method != "HEAD" ? unpacking : client).execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 256 << 20)
        let answer = WebAnswer(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, body: Array(bytes.readableBytesView))
        AnswerArchive.shared?.keep(answer, to: "\(method) \(address)", host: host)
        if answer.status >= 500, !isTroubleExpected {
            noted.withLock { $0.append("\(method) \(address) \(answer.status) \(answer.text.prefix(200))") }
        }
        return answer
    }

    /// Sends a body of this length piece by piece, as slowly as the pieces come; an error of theirs cuts the connection.
    package func send(
        _ method: String, _ address: String, headers: [(String, String)], length: Int, pieces: AsyncThrowingStream<[UInt8], any Error>
    ) async throws -> WebAnswer {
        let (host, path) = Self.split(address)
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let host { request.headers.add(name: "Host", value: host) }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .stream(pieces.map { ByteBuffer(bytes: $0) }, length: .known(Int64(length)))
        let response = try await client.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 1 << 20)
        return WebAnswer(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, body: Array(bytes.readableBytesView))
    }

    /// Host (nil for a bare path) and path with query.
    private static func split(_ address: String) -> (host: String?, path: String) {
        for scheme in ["http://", "https://"] where address.hasPrefix(scheme) {
            let rest = address.dropFirst(scheme.count)
            let host = rest.prefix { $0 != "/" && $0 != "?" }
            let path = rest.dropFirst(host.count)
            return (String(host), path.hasPrefix("/") ? String(path) : "/" + path)
        }
        return (nil, address)
    }
}
