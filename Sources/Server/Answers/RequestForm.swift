import HTTPTypes
import Hummingbird
import NIOCore
import Trust

extension Request {
    /// The form in the body. Throws an OAuth error when it is no form, too large, or broken (RFC 6749 §3.2).
    func form(limit: Int = 16_384) async throws(OAuthError) -> FormParameters {
        let type = headers[.contentType].map { $0.prefix { $0 != ";" } } ?? ""
        guard type.utf8.filter({ $0 != 0x20 }).map({ $0 | 0x20 }).elementsEqual("application/x-www-form-urlencoded".utf8.map { $0 | 0x20 })
        else {
            throw OAuthError(.invalidRequest, "The body must be application/x-www-form-urlencoded.")
        }
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: limit)
        } catch { throw OAuthError(.invalidRequest, "The body is larger than \(limit) bytes.") }
        do { return try FormParameters(buffer.readableBytesView, maximumBytes: limit) } catch { throw OAuthError(error) }
    }
}
