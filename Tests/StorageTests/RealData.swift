import FHIR
import Foundation
import Storage

/// Real synthetic data that stands beside the project, not in it: `PAYERBRIDGE_SHARED`, else `../shared`.
enum RealData {
    /// The archive of 18 whole patients as transaction Bundles; nil when it is not there.
    static let small: String? = {
        let folder = ProcessInfo.processInfo.environment["PAYERBRIDGE_SHARED"] ?? "../shared"
        let path = folder + "/data/small.tar.zst"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// Writes the `.json` files of a tar archive (POSIX ustar) into a folder, all side by side.
    static func unpack(_ path: String, into folder: String) throws -> [String] {
        let bytes = try readWhole(path: path, limit: 1 << 30)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var names: [String] = []
        var at = 0
        while at + 512 <= bytes.count, bytes[at] != 0 {
            let name = String(decoding: bytes[at..<at + 100].prefix { $0 != 0 }, as: UTF8.self)
            let size = bytes[at + 124..<at + 135].reduce(0) { $1 >= 0x30 && $1 <= 0x37 ? $0 * 8 + Int($1 - 0x30) : $0 }
            if name.hasSuffix(".json") {
                let file = folder + "/" + name.split(separator: "/").joined(separator: "_")
                try Data(bytes[at + 512..<at + 512 + size]).write(to: URL(fileURLWithPath: file))
                names.append(file)
            }
            at += 512 + (size + 511) / 512 * 512
        }
        return names
    }
}
