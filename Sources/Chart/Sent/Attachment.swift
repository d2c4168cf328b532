import FHIR
import Foundation

/// A file that a document or a report brings with it, or says where it lies.
package struct Attachment: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        /// Inside the resource; the size is that of the decoded bytes.
        case inside(size: Int)
        /// In a Binary that was kept too, under this local id.
        case binary(id: String)
        /// At an address that the sender named: not ours to open.
        case elsewhere(String)
        case nowhere
    }

    package let title: String
    /// As the sender says; what a browser is told comes from the bytes.
    package let declaredType: String
    package let created: ChartDate?
    package let place: Place

    init(_ json: JSONValue) {
        title = json.words("title") ?? ""
        declaredType = json.words("contentType") ?? ""
        created = json.date("creation")
        if let data = json["data"]?.text, data.count > 0 {
            place = .inside(size: Self.decodedSize(data))
        } else if let address = json["url"]?.text, address.count > 0 {
            if let reference = Reference(address), reference.type == .binary, !address.contains("://") {
                place = .binary(id: reference.id.text)
            } else {
                place = .elsewhere(json.words("url") ?? "")
            }
        } else {
            place = .nowhere
        }
    }

    /// The bytes of an attachment or a Binary, or nil when its `data` is not Base64.
    static func bytes(of json: JSONValue) -> [UInt8]? {
        guard let text = json["data"]?.string, let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else { return nil }
        return Array(data)
    }

    /// By which two attachments are the same file (FNV-1a: it compares copies, it does not guard).
    static func fingerprint(_ json: JSONValue) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for name in ["data", "url"] as [StaticString] {
            guard let text = json[name]?.text else { continue }
            for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        return String(hash, radix: 16)
    }

    private static func decodedSize(_ text: UnsafeRawBufferPointer) -> Int {
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        return max(0, text.count / 4 * 3 - padding)
    }
}

/// A file's bytes and the one type under which a browser may get them.
package struct AttachmentFile: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case pdf = "application/pdf"
        case png = "image/png"
        case jpeg = "image/jpeg"
        case text = "text/plain; charset=utf-8"
        /// Anything else: to be saved, never opened.
        case unknown = "application/octet-stream"

        /// The end of the file's name.
        package var suffix: String {
            switch self {
            case .pdf: "pdf"
            case .png: "png"
            case .jpeg: "jpg"
            case .text: "txt"
            case .unknown: "bin"
            }
        }

        /// The type that the bytes themselves have; what the sender calls them counts for nothing.
        package init(bytes: [UInt8]) {
            if bytes.starts(with: Array("%PDF-".utf8)) {
                self = .pdf
            } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                self = .png
            } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if Self.isPlainText(bytes) {
                self = .text
            } else {
                self = .unknown
            }
        }

        /// UTF-8 without control characters, and nothing that an old browser could take for markup.
        private static func isPlainText(_ bytes: [UInt8]) -> Bool {
            guard String(validating: bytes, as: UTF8.self) != nil else { return false }
            let start = bytes.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
            return start.first != UInt8(ascii: "<")
                && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        }
    }

    package let bytes: [UInt8]
    package let kind: Kind

    init(_ bytes: [UInt8]) { (self.bytes, kind) = (bytes, Kind(bytes: bytes)) }
}
