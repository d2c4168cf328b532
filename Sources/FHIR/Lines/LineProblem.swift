/// Why a file could not be read to its end; every case names the file.
package enum LineProblem: Error, Sendable, Hashable {
    case cannotOpen(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    /// The compressed data stops before its end.
    case truncated(path: String)
    /// The bytes are not the format that the name promises, or their checksum is wrong.
    case corrupt(path: String)
    /// After the last complete gzip member or zstd frame stands something else.
    case trailingBytes(path: String)
    /// Larger than `limit` bytes once unpacked.
    case tooLarge(path: String, limit: Int)
    case outOfMemory(path: String)

    /// One sentence for a person.
    package var explanation: String {
        switch self {
        case .cannotOpen(let path, let reason): "\(path) could not be opened: \(reason)."
        case .cannotRead(let path, let reason): "\(path) could not be read: \(reason)."
        case .truncated(let path): "\(path) is cut off: the compressed data stops before its end."
        case .corrupt(let path): "\(path) is damaged, or is not compressed as its name says."
        case .trailingBytes(let path): "\(path) holds other bytes after its compressed data."
        case .tooLarge(let path, let limit): "\(path) is larger than \(limit) bytes."
        case .outOfMemory(let path): "There was not enough memory to read \(path)."
        }
    }
}

extension LineProblem: CustomStringConvertible {
    package var description: String { explanation }
}
