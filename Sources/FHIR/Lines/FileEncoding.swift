/// How a file's bytes are packed, as its name says.
package enum FileEncoding: Sendable, Hashable {
    case plain
    case gzip
    case zstd

    /// `.gz` and `.zst`, in any letter case; everything else is plain.
    package init(path: String) {
        let name = path.utf8.suffix(4).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        if name.suffix(3).elementsEqual(".gz".utf8) {
            self = .gzip
        } else if name.elementsEqual(".zst".utf8) {
            self = .zstd
        } else {
            self = .plain
        }
    }
}
