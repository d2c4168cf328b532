import Crypto
import Exchange
import Foundation

/// Files on their way into a backup and out of it.
enum BackupFiles {
    private static let block = 1 << 20

    /// The regular files below a folder, by their paths below it, in the order of their names. A link is none.
    static func list(_ folder: String) -> [String] {
        guard let found = FileManager.default.enumerator(atPath: folder) else { return [] }
        var paths: [String] = []
        while let path = found.nextObject() as? String {
            if found.fileAttributes?[.type] as? FileAttributeType == .typeRegular { paths.append(path) }
        }
        return paths.sorted()
    }

    /// How long a file is, and its SHA-256 in hexadecimal.
    static func digest(_ path: String) throws(Refusal) -> (bytes: Int, digest: String) { try walk(path) { _ in } }

    /// Copies a file to where none is, readable by its owner alone and on disk when this returns; what was read is told.
    static func copy(_ path: String, to target: String) throws(Refusal) -> (bytes: Int, digest: String) {
        let folder = (target as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Refusal(.unavailable, "\(folder) cannot be made.", cause: "\(error)") }
        guard FileManager.default.createFile(atPath: target, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: target)
        else { throw Refusal(.unavailable, "\(target) cannot be written.") }
        let told = try walk(path) { try handle.write(contentsOf: $0) }
        do {
            try handle.synchronize()
            try handle.close()
        } catch { throw Refusal(.unavailable, "\(target) cannot be written.", cause: "\(error)") }
        return told
    }

    private static func walk(_ path: String, _ body: (Data) throws -> Void) throws(Refusal) -> (bytes: Int, digest: String) {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw Refusal(.notFound, "\(path) cannot be read.") }
        defer { try? handle.close() }
        var hash = SHA256()
        var bytes = 0
        do {
            while let data = try handle.read(upToCount: block), !data.isEmpty {
                hash.update(data: data)
                bytes += data.count
                try body(data)
            }
        } catch { throw Refusal(.unavailable, "\(path) cannot be copied.", cause: "\(error)") }
        return (bytes, Hexadecimal.text(hash.finalize()))
    }

    /// Puts onto disk that these names stand in this folder.
    static func settle(folder: String) throws(Refusal) {
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw Refusal(.unavailable, "\(folder) cannot be read.") }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw Refusal(.unavailable, "\(folder) cannot be put onto disk.") }
    }

    /// A new folder beside `target` under a name of ours; what an earlier run left there goes.
    static func staging(beside target: String, _ ending: String) throws(Refusal) -> String {
        let path = target + ending
        do {
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Refusal(.unavailable, "\(path) cannot be made.", cause: "\(error)") }
        return path
    }

    /// Gives a finished folder its name in one step; whatever has come to stand there meanwhile, other than nothing, is left alone.
    static func place(_ staging: String, at target: String) throws(Refusal) {
        for folder in [staging] + folders(below: staging) { try settle(folder: folder) }
        guard rename(staging, target) == 0 else {
            throw Refusal(.conflict, "\(target) cannot be put in place: \(String(cString: strerror(errno))).")
        }
        let parent = (target as NSString).deletingLastPathComponent
        try settle(folder: parent.isEmpty ? "." : parent)
    }

    private static func folders(below folder: String) -> [String] {
        Set(list(folder).map { folder + "/" + ($0 as NSString).deletingLastPathComponent }).sorted()
    }

    /// Without the slashes at its end, so that a name can stand beside it.
    static func plain(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/"), path.count > 1 { path.removeLast() }
        return path
    }

    /// Nothing is there, or an empty folder.
    static func isFree(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return true }
        return isFolder.boolValue && (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true
    }
}
