import Crypto
import Exchange
import Foundation
import Trust

/// Where pictures and recordings lie: each in a file whose name we made, readable by the server alone.
struct EvidenceFolder: Sendable {
    let path: String
    private static let unfinished = ".part"

    private static let beginning = "evidence-"

    /// Takes away what a server that ended in the middle of something left: files not whole, and files of which nobody knows. Before the
    /// first request; what is younger than an hour another server may be at.
    func tidy(now: Date = Date(), isKnown: (String) throws -> Bool) rethrows {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where name.hasPrefix(Self.beginning) {
            let file = path + "/" + name
            if try name.hasSuffix(Self.unfinished) || (isOld(file, now) && !isKnown(name)) {
                try? FileManager.default.removeItem(atPath: file)
            }
        }
    }

    private func isOld(_ file: String, _ now: Date) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        return (attributes?[.modificationDate] as? Date).map { now.timeIntervalSince($0) > 3600 } ?? false
    }

    /// Taken as it arrives; the file has its final name only once it is whole.
    struct Incoming {
        private let handle: FileHandle
        let name: String
        private let partial: String
        private let path: String
        private var hash = SHA256()
        private(set) var head: [UInt8] = []
        private(set) var count = 0
        private(set) var kind: EvidenceKind?

        enum Problem: Error { case notTaken, tooLarge }

        fileprivate init(folder: String) throws {
            name = EvidenceFolder.beginning + Secret.make(.transaction).text.suffix(32).lowercased().filter { $0 != "-" && $0 != "_" }
            path = folder + "/" + name
            partial = path + EvidenceFolder.unfinished
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]),
                let handle = FileHandle(forWritingAtPath: partial)
            else { throw Refusal(.unavailable, "The file cannot be kept just now.", cause: "evidence folder") }
            self.handle = handle
        }

        /// Looks at the first bytes before any more is kept.
        mutating func add(_ bytes: [UInt8]) throws {
            if kind == nil {
                head += bytes.prefix(EvidenceKind.headLength - head.count)
                if head.count >= EvidenceKind.headLength { try judge() }
            }
            count += bytes.count
            guard count <= kind?.mostBytes ?? EvidenceKind.mostBytes else { throw Problem.tooLarge }
            hash.update(data: bytes)
            try handle.write(contentsOf: bytes)
        }

        private mutating func judge() throws {
            guard let found = EvidenceKind(head: head) else { throw Problem.notTaken }
            kind = found
        }

        mutating func finish(title: String) throws -> NewEvidence {
            if kind == nil { try judge() }
            guard let kind, let digest = SecretHash(Array(hash.finalize())) else { throw Problem.notTaken }
            try handle.synchronize()
            try handle.close()
            try FileManager.default.moveItem(atPath: partial, toPath: path)
            // As it is shown; no store keeps a U+0000.
            let title = String(title.unicodeScalars.prefix(120).map { Character($0 == "\0" ? "\u{FFFD}" : $0) })
            return NewEvidence(name: name, title: title, kind: kind, bytes: count, digest: digest)
        }

        func discard() {
            try? handle.close()
            try? FileManager.default.removeItem(atPath: partial)
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    func receive() throws -> Incoming { try Incoming(folder: path) }
    func file(_ evidence: Evidence) -> FileHandle? { FileHandle(forReadingAtPath: path + "/" + evidence.name) }
    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path + "/" + name) }
}
