/// What a file is by its first bytes, whatever its name or its sender says.
package enum EvidenceKind: String, Sendable, CaseIterable {
    case png, jpeg, webp, pdf, mp4, webm

    /// How many bytes are looked at.
    package static let headLength = 64

    package init?(head: [UInt8]) {
        let bytes = Array(head.prefix(Self.headLength))
        func starts(_ start: [UInt8], at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: start) }
        if starts([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if starts([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if starts(Array("RIFF".utf8)), starts(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else if starts(Array("%PDF-".utf8)) {
            self = .pdf
        } else if starts(Array("ftyp".utf8), at: 4) {
            self = .mp4
        } else if starts([0x1A, 0x45, 0xDF, 0xA3]), bytes.indices.contains(where: { starts(Array("webm".utf8), at: $0) }) {
            self = .webm
        } else {
            return nil
        }
    }

    package var contentType: String {
        switch self {
        case .png: "image/png"
        case .jpeg: "image/jpeg"
        case .webp: "image/webp"
        case .pdf: "application/pdf"
        case .mp4: "video/mp4"
        case .webm: "video/webm"
        }
    }

    /// Bytes: pictures and documents 10 MB, recordings 200 MB.
    package var mostBytes: Int {
        switch self {
        case .png, .jpeg, .webp, .pdf: 10 << 20
        case .mp4, .webm: 200 << 20
        }
    }

    package static let mostBytes = 200 << 20
}
