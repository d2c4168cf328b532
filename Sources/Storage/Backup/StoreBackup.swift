package import Exchange
package import FHIR
import Foundation

/// Copies a data directory while servers, imports and commands work on it.
///
/// The order is the point. Changes of `payerbridge.sqlite` are kept out for the instant in which a snapshot of each database begins, that of
/// the log of disclosures second. So the log is never older than the rest: whatever had left under a permission that is in the backup is
/// in the backup's log. And it names no permission and no member that the backup does not have, whose number a restored server would
/// give to someone else. Files beside the databases come after them: whatever a row names was there before the row.
package enum StoreBackup {
    private static let databases = ["payerbridge.sqlite", "disclosures.sqlite"]
    /// Of the running server alone, or made anew by it.
    private static func isPassing(_ path: String) -> Bool {
        path == "server.lock" || path.hasSuffix(".part") || databases.contains { path.hasPrefix($0) }
    }

    /// Makes a backup of `directory` in the new folder `target`. `leaving` are paths below the directory that stay out of it, keys most
    /// often; `progress` hears how much of the databases is copied, from 0 to 1.
    package static func make(
        of directory: String, in target: String, leaving: Set<String>, at now: Timestamp, progress: (Double) -> Void
    ) throws(Refusal) -> BackupManifest {
        let (directory, target) = (BackupFiles.plain(directory), BackupFiles.plain(target))
        guard FileManager.default.fileExists(atPath: directory + "/" + databases[0]) else {
            throw Refusal(.notFound, "\(directory) holds no \(databases[0]).")
        }
        guard BackupFiles.isFree(target) else { throw Refusal(.conflict, "\(target) is there already. A backup goes into a new folder.") }
        guard !(absolute(target) + "/").hasPrefix(absolute(directory) + "/") else {
            throw Refusal(.invalid, "\(target) lies in the data directory, and would become part of the next backup. Choose another place.")
        }
        let staging = try BackupFiles.staging(beside: target, ".partial")
        do {
            let manifest = try copy(directory, staging, leaving, now, progress)
            try BackupFiles.place(staging, at: target)
            return manifest
        } catch {
            try? FileManager.default.removeItem(atPath: staging)
            throw Store.refusal(error)
        }
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    private static func copy(
        _ directory: String, _ staging: String, _ leaving: Set<String>, _ now: Timestamp, _ progress: (Double) -> Void
    ) throws -> BackupManifest {
        let snapshots = try begin(directory)
        var bases: [String: BackupManifest.Database] = [:]
        for (index, (name, snapshot)) in zip(databases, snapshots).enumerated() {
            try snapshot.copy(to: staging + "/" + name) { done, all in
                progress((Double(index) + Double(done) / Double(max(1, all))) / Double(databases.count))
            }
            bases[name] = BackupManifest.Database(schema: try snapshot.schema(), counts: try snapshot.counts())
        }
        let seal = try snapshots[1].newestSeal()
        var files: [BackupManifest.File] = []
        for name in databases {
            let told = try BackupFiles.digest(staging + "/" + name)
            files.append(.init(path: name, bytes: told.bytes, digest: told.digest))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: staging + "/" + name)
        }
        for path in BackupFiles.list(directory) where !isPassing(path) && !leaving.contains(path) {
            // What was taken away since the list was made belongs to nothing that the backup has.
            guard FileManager.default.fileExists(atPath: directory + "/" + path) else { continue }
            let told = try BackupFiles.copy(directory + "/" + path, to: staging + "/" + path)
            files.append(.init(path: path, bytes: told.bytes, digest: told.digest))
        }
        let manifest = BackupManifest(
            takenAt: now.instant, databases: bases, disclosures: Int(seal.last), seal: Hexadecimal.text(seal.digest), files: files)
        try write(manifest, in: staging)
        return manifest
    }

    private static func begin(_ directory: String) throws -> [SQLiteSnapshot] {
        let lock = try SQLiteWriteLock(path: directory + "/" + databases[0])
        return try withExtendedLifetime(lock) { try databases.map { try SQLiteSnapshot(path: directory + "/" + $0) } }
    }

    private static func write(_ manifest: BackupManifest, in folder: String) throws {
        for name in databases {
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: folder + "/" + name))
            try handle.synchronize()
            try handle.close()
        }
        let path = folder + "/" + BackupManifest.name
        guard FileManager.default.createFile(atPath: path, contents: Data(manifest.json), attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forUpdatingAtPath: path)
        else { throw Refusal(.unavailable, "\(path) cannot be written.") }
        try handle.synchronize()
        try handle.close()
    }
}
