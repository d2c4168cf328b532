package import Exchange
import Foundation
import GRDBSQLite

/// Holds a backup to its manifest, and its databases to themselves.
package enum BackupVerification {
    package struct Report: Sendable {
        package let manifest: BackupManifest
        /// SHA-256 of the manifest itself: kept elsewhere, it shows whether the whole was exchanged.
        package let manifestDigest: String
    }

    /// Throws with the first thing that is not as it was.
    package static func verify(_ folder: String) throws(Refusal) -> Report {
        do { return try check(BackupFiles.plain(folder)) } catch { throw Store.refusal(error) }
    }

    private static func check(_ folder: String) throws -> Report {
        let place = folder + "/" + BackupManifest.name
        guard let data = FileManager.default.contents(atPath: place) else {
            throw Refusal(.notFound, "\(folder) is no backup: there is no \(BackupManifest.name) in it.")
        }
        let manifest = try BackupManifest(json: [UInt8](data))
        for file in manifest.files {
            let told = try BackupFiles.digest(folder + "/" + file.path)
            guard told.bytes == file.bytes, told.digest == file.digest else {
                throw Refusal(.invalid, "\(file.path) is not as it was when the backup was made.")
            }
        }
        let known = Set(manifest.files.map(\.path) + [BackupManifest.name])
        if let strange = BackupFiles.list(folder).first(where: { !known.contains($0) }) {
            throw Refusal(.invalid, "\(strange) is not in the manifest.")
        }
        try check(manifest, "payerbridge.sqlite", in: folder, newest: SQLiteMigrations.newest)
        try check(manifest, "disclosures.sqlite", in: folder, newest: SQLiteDisclosureWriter.newest)
        try checkSeals(manifest, folder)
        return Report(manifest: manifest, manifestDigest: try BackupFiles.digest(place).digest)
    }

    private static func check(_ manifest: BackupManifest, _ name: String, in folder: String, newest: Int) throws {
        guard let told = manifest.databases[name], manifest.files.contains(where: { $0.path == name }) else {
            throw Refusal(.invalid, "\(name) is not in the manifest.")
        }
        guard told.schema <= newest else {
            throw Refusal(.invalid, "\(name) has schema \(told.schema); this program knows \(newest). Use the newer program.")
        }
        do { try check(told, name, in: folder) } catch let problem as SQLiteProblem {
            throw Refusal(.invalid, "\(name) is damaged: \(problem)")
        }
    }

    private static func check(_ told: BackupManifest.Database, _ name: String, in folder: String) throws {
        let base = try SQLiteSnapshot(path: folder + "/" + name, isFinal: true)
        if let problem = try base.problem() { throw Refusal(.invalid, "\(name) is damaged: \(problem)") }
        guard try base.schema() == told.schema else { throw Refusal(.invalid, "\(name) has another schema than the manifest says.") }
        let counts = try base.counts()
        for (table, count) in told.counts where counts[table] != count {
            throw Refusal(.invalid, "\(name): \(table) has \(counts[table] ?? 0) rows; the manifest says \(count).")
        }
        guard counts.count == told.counts.count else { throw Refusal(.invalid, "\(name) has tables that the manifest does not name.") }
    }

    private static func checkSeals(_ manifest: BackupManifest, _ folder: String) throws {
        let path = folder + "/disclosures.sqlite"
        guard manifest.databases["disclosures.sqlite"]?.schema == SQLiteDisclosureWriter.newest else {
            throw Refusal(.invalid, "The backup was made by an older payerbridge. Verify and restore it with that one.")
        }
        let count = try DisclosureRows.verify(
            Reader(SQLiteConnection(path: path, flags: SQLITE_OPEN_READONLY, waiting: 5000, pragmas: ["query_only=ON"])))
        let seal = try SQLiteSnapshot(path: path, isFinal: true).newestSeal()
        guard count == manifest.disclosures, Hexadecimal.text(seal.digest) == manifest.seal else {
            throw Refusal(.invalid, "The log of disclosures does not end where the manifest says.")
        }
    }
}
