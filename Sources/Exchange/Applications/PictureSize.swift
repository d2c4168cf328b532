/// What kind of picture some bytes are and how large, read from their own head: PNG (RFC 2083), JPEG (ITU T.81), WebP (RFC 9649).
package struct PictureSize: Sendable, Equatable {
    package let kind: EvidenceKind
    package let width: Int
    package let height: Int

    package init(kind: EvidenceKind, width: Int, height: Int) { (self.kind, self.width, self.height) = (kind, width, height) }

    package init?(_ bytes: [UInt8]) {
        guard let kind = EvidenceKind(head: Array(bytes.prefix(EvidenceKind.headLength))) else { return nil }
        let size: (Int, Int)? =
            switch kind {
            case .png: Self.png(bytes)
            case .jpeg: Self.jpeg(bytes)
            case .webp: Self.webp(bytes)
            case .pdf, .mp4, .webm: nil
            }
        guard let (width, height) = size, width > 0, height > 0 else { return nil }
        self.init(kind: kind, width: width, height: height)
    }

    private static func big(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int? {
        guard at >= 0, at + count <= bytes.count else { return nil }
        return bytes[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func little(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int? {
        guard at >= 0, at + count <= bytes.count else { return nil }
        return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func has(_ word: StaticString, _ bytes: [UInt8], at: Int) -> Bool {
        at + word.utf8CodeUnitCount <= bytes.count
            && word.withUTF8Buffer { $0.elementsEqual(bytes[at..<at + word.utf8CodeUnitCount]) }
    }

    private static func png(_ bytes: [UInt8]) -> (Int, Int)? {
        guard has("IHDR", bytes, at: 12), let width = big(bytes, 16, 4), let height = big(bytes, 20, 4) else { return nil }
        return (width, height)
    }

    /// From segment to segment until one that begins a frame.
    private static func jpeg(_ bytes: [UInt8]) -> (Int, Int)? {
        var at = 2
        while let mark = big(bytes, at, 2), mark & 0xFF00 == 0xFF00 {
            let code = mark & 0xFF
            if code == 0xFF {
                at += 1
                continue
            }
            guard let length = big(bytes, at + 2, 2), length >= 2 else { return nil }
            if (0xC0...0xCF).contains(code), code != 0xC4, code != 0xC8, code != 0xCC {
                guard let height = big(bytes, at + 5, 2), let width = big(bytes, at + 7, 2) else { return nil }
                return (width, height)
            }
            at += 2 + length
        }
        return nil
    }

    private static func webp(_ bytes: [UInt8]) -> (Int, Int)? {
        if has("VP8X", bytes, at: 12) {
            guard let width = little(bytes, 24, 3), let height = little(bytes, 27, 3) else { return nil }
            return (width + 1, height + 1)
        }
        if has("VP8L", bytes, at: 12) {
            guard bytes.count > 24, bytes[20] == 0x2F, let bits = little(bytes, 21, 4) else { return nil }
            return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        }
        guard has("VP8 ", bytes, at: 12), let width = little(bytes, 26, 2), let height = little(bytes, 28, 2) else { return nil }
        return (width & 0x3FFF, height & 0x3FFF)
    }
}
