package import Exchange
package import FHIR
import Foundation

/// Pictures and recordings as files of a folder, each readable by the server alone; a file has its own name only once it is whole.
package struct EvidenceFolder: EvidenceBytes {
    private let path: String
    private let isKnown: @Sendable (String) throws(Refusal) -> Bool
    static let beginning = "evidence-"
    private static let unfinished = ".part"

    /// `isKnown` tells whether there is evidence of this name.
    package init(path: String, isKnown: @escaping @Sendable (String) throws(Refusal) -> Bool) {
        (self.path, self.isKnown) = (path, isKnown)
    }

    private func file(_ name: String) -> String { path + "/" + name }
    private func partial(_ name: String) -> String { file(name) + Self.unfinished }

    package func begin(_ name: String, at now: Timestamp) async throws(Refusal) {
        try Self.trying {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        guard FileManager.default.createFile(atPath: partial(name), contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw Self.refusal("it cannot be made")
        }
    }

    package func add(_ piece: [UInt8], number: Int, to name: String, at now: Timestamp) async throws(Refusal) {
        guard let handle = FileHandle(forWritingAtPath: partial(name)) else { throw Self.refusal("it is not there") }
        defer { try? handle.close() }
        try Self.trying {
            try handle.seek(toOffset: UInt64(number * Evidence.pieceBytes))
            try handle.write(contentsOf: piece)
        }
    }

    package func finish(_ name: String) async throws(Refusal) {
        guard let handle = FileHandle(forWritingAtPath: partial(name)) else { throw Self.refusal("it is not there") }
        defer { try? handle.close() }
        try Self.trying {
            try handle.synchronize()
            try FileManager.default.moveItem(atPath: partial(name), toPath: file(name))
        }
    }

    package func piece(_ number: Int, of name: String) throws(Refusal) -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: file(name)) else { return nil }
        defer { try? handle.close() }
        return try Self.trying("read") {
            try handle.seek(toOffset: UInt64(number * Evidence.pieceBytes))
            guard let bytes = try handle.read(upToCount: Evidence.pieceBytes), !bytes.isEmpty else { return nil }
            return Array(bytes)
        }
    }

    package func remove(_ name: String) async throws(Refusal) {
        for file in [partial(name), file(name)] { try? FileManager.default.removeItem(atPath: file) }
    }

    /// Several servers may share the folder, so what is younger than an hour another may be at.
    package func tidyUploads(at now: Timestamp) async throws(Refusal) {
        let latest = Double(now.milliseconds) / 1000 - Double(Evidence.uploadSeconds)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where name.hasPrefix(Self.beginning) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file(name))
            guard let changed = attributes?[.modificationDate] as? Date, changed.timeIntervalSince1970 < latest else { continue }
            if !name.hasSuffix(Self.unfinished), try isKnown(name) { continue }
            try? FileManager.default.removeItem(atPath: file(name))
        }
    }

    private static func trying<T>(_ verb: String = "kept", _ body: () throws -> T) throws(Refusal) -> T {
        do { return try body() } catch { throw refusal("\(error)", verb) }
    }

    private static func refusal(_ cause: String, _ verb: String = "kept") -> Refusal {
        Refusal(.unavailable, "The file cannot be \(verb) just now.", cause: "a file of evidence: \(cause)")
    }
}
