import Exchange
import FHIR

/// What a backup holds, written last into it: without it there is no backup.
package struct BackupManifest: Sendable, Equatable {
    package struct File: Sendable, Equatable {
        /// Below the backup's folder, without `..`.
        package let path: String
        package let bytes: Int
        /// SHA-256 in hexadecimal.
        package let digest: String
    }

    package struct Database: Sendable, Equatable {
        package let schema: Int
        /// Rows by table.
        package let counts: [String: Int]
    }

    static let name = "manifest.json"
    private static let format = 1

    package let takenAt: String
    package let databases: [String: Database]
    /// The number of the log's last entry.
    package let disclosures: Int
    /// The seal over all of them, in hexadecimal.
    package let seal: String
    package let files: [File]

    package var totalBytes: Int { files.reduce(0) { $0 + $1.bytes } }

    var json: [UInt8] {
        let list = files.map { JSONDocument.object(["path": .string($0.path), "bytes": .number($0.bytes), "sha256": .string($0.digest)]) }
        let bases = databases.mapValues { base in
            JSONDocument.object(["schema": .number(base.schema), "counts": .object(base.counts.mapValues { .number($0) })])
        }
        return JSONDocument.object([
            "format": .number(Self.format), "takenAt": .string(takenAt), "databases": .object(bases),
            "disclosures": .object(["last": .number(disclosures), "seal": .string(seal)]), "files": .array(list),
        ]).json + [0x0A]
    }
}

extension BackupManifest {
    /// Reads a manifest; everything in it is proven to be of its kind before any of it is used.
    init(json: [UInt8]) throws(Refusal) {
        let broken = Refusal(.invalid, "\(Self.name) is not the manifest of a backup.")
        let read: BackupManifest?
        do { read = try JSONParser().withDocument(json) { try Self.read($0) } } catch { throw error as? Refusal ?? broken }
        guard let read else { throw broken }
        self = read
    }

    private static func read(_ root: JSONValue) throws -> BackupManifest? {
        guard let format = root["format"]?.int else { return nil }
        guard format == Self.format else {
            throw Refusal(.invalid, "The backup is of format \(format); this program knows \(Self.format).")
        }
        guard let takenAt = root["takenAt"]?.string, let last = root["disclosures"]?["last"]?.int,
            let seal = root["disclosures"]?["seal"]?.string, let bases = root["databases"], let list = root["files"]
        else { return nil }
        var databases: [String: Database] = [:]
        var isGood = true
        bases.forEachMember { name, base in
            guard let name = name.string, let schema = base["schema"]?.int, let counts = base["counts"] else { return isGood = false }
            var rows: [String: Int] = [:]
            counts.forEachMember { table, count in
                if let table = table.string, let count = count.int { rows[table] = count } else { isGood = false }
            }
            databases[name] = Database(schema: schema, counts: rows)
        }
        var files: [File] = []
        list.forEachElement { entry in
            guard let path = entry["path"]?.string, isSafe(path), let bytes = entry["bytes"]?.int, let digest = entry["sha256"]?.string
            else {
                return isGood = false
            }
            files.append(File(path: path, bytes: bytes, digest: digest))
        }
        guard isGood, Set(files.map(\.path)).count == files.count else { return nil }
        return BackupManifest(takenAt: takenAt, databases: databases, disclosures: last, seal: seal, files: files)
    }

    /// A place below the folder and nowhere else.
    private static func isSafe(_ path: String) -> Bool {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
        return !path.utf8.contains(0) && parts.allSatisfy { !["", ".", ".."].contains($0) } && path != name
    }
}
