import Foundation

/// Files as this target writes them: readable by their owner only, never through a link, on disk before anything says so.
enum DiskFile {
    /// Replaces a file whole: a reader sees the old bytes or the new ones.
    static func replace(_ path: String, with bytes: [UInt8]) throws(ReceiveProblem) {
        let fresh = path + ".new"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw problem(fresh) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path: fresh)
        guard fsync(descriptor) == 0 else { throw problem(fresh) }
        try move(fresh, to: path)
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(ReceiveProblem) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem(path)
            }
            written += count
        }
    }

    /// Renames, and makes the folder remember it.
    static func move(_ path: String, to target: String) throws(ReceiveProblem) {
        guard rename(path, target) == 0 else { throw problem(target) }
        try syncFolder(of: target)
    }

    static func remove(_ path: String) throws(ReceiveProblem) {
        guard unlink(path) == 0 || errno == ENOENT else { throw problem(path) }
        try syncFolder(of: path)
    }

    static func exists(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    private static func syncFolder(of path: String) throws(ReceiveProblem) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw problem(folder) }
    }

    /// What `errno` says now about this path.
    static func problem(_ path: String) -> ReceiveProblem {
        .cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
}
