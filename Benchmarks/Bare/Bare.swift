import Hummingbird
import NIOCore

/// The measure everything is compared with: one Hummingbird route that answers a body of a given size and does nothing else.
@main
enum Bare {
    static func main() async throws {
        let port = Int(CommandLine.arguments.dropFirst().first ?? "") ?? 8091
        let sizes = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
        let router = Router()
        for size in sizes {
            let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
            router.get(RouterPath("/static/\(size)")) { _, _ in
                Response(status: .ok, headers: [.contentType: "application/fhir+json"], body: ResponseBody(byteBuffer: body))
            }
        }
        try await Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port))).runService()
    }
}
