import Exchange
import Hummingbird
import Pages
import Trust

/// A form that brings a file: its token comes first, and without it not a byte of the file is read.
struct UploadForm {
    let call: PortalCall

    /// Hands the file's content out piece by piece as it arrives, up to `limit` bytes, and gives the name it had; nil when none was chosen.
    func receive(upTo limit: Int, begin: () async throws -> Void = {}, _ take: ([UInt8]) async throws -> Void) async throws -> String? {
        var reader = try MultipartReader(call.request.body, contentType: call.request.headers[.contentType] ?? "")
        var isProven = false
        while let part = try await reader.next() {
            if part.name.utf8.elementsEqual("form_token".utf8) {
                isProven = call.door.isToken(try await reader.text(upTo: 200), of: call.browser)
            } else if part.name.utf8.elementsEqual(PortalField.file.rawValue.utf8), let title = part.fileName {
                guard isProven else { throw Refusal(.conflict, "The form's token is missing.") }
                if title.isEmpty { return nil }
                try await begin()
                _ = try await reader.content(upTo: limit, take)
                return title
            }
        }
        guard isProven else { throw Refusal(.conflict, "The form's token is missing.") }
        return nil
    }
}
