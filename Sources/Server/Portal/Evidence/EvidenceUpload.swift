import Crypto
import Exchange
import Foundation
import Trust

/// A picture or a recording on its way in: looked at, counted and hashed as it arrives, and kept piece by piece.
struct EvidenceUpload {
    enum Problem: Error { case notTaken, tooLarge }

    let name: String
    private let bytes: any EvidenceBytes
    private let world: World
    private var piece: [UInt8] = []
    private var pieces = 0
    private var hash = SHA256()
    private var head: [UInt8] = []
    private(set) var count = 0
    private var kind: EvidenceKind?

    init(to bytes: any EvidenceBytes, world: World) async throws(Refusal) {
        (self.bytes, self.world) = (bytes, world)
        name = EvidenceFolder.beginning + Secret.make(.transaction).text.suffix(32).lowercased().filter { $0 != "-" && $0 != "_" }
        try await bytes.begin(name, at: world.now())
    }

    /// Looks at the first bytes before any more is kept.
    mutating func add(_ content: [UInt8]) async throws {
        if kind == nil {
            head += content.prefix(EvidenceKind.headLength - head.count)
            if head.count >= EvidenceKind.headLength { try judge() }
        }
        count += content.count
        guard count <= kind?.mostBytes ?? EvidenceKind.mostBytes else { throw Problem.tooLarge }
        hash.update(data: content)
        piece += content
        while piece.count >= Evidence.pieceBytes {
            let rest = Array(piece[Evidence.pieceBytes...])
            piece.removeLast(rest.count)
            try await keep()
            piece = rest
        }
    }

    private mutating func keep() async throws(Refusal) {
        try await bytes.add(piece, number: pieces, to: name, at: world.now())
        pieces += 1
        piece.removeAll(keepingCapacity: true)
    }

    private mutating func judge() throws {
        guard let found = EvidenceKind(head: head) else { throw Problem.notTaken }
        kind = found
    }

    mutating func finish(title: String) async throws -> NewEvidence {
        if kind == nil { try judge() }
        guard let kind, let digest = SecretHash(Array(hash.finalize())) else { throw Problem.notTaken }
        if !piece.isEmpty { try await keep() }
        try await bytes.finish(name)
        // As it is shown; no store keeps a U+0000.
        let title = String(title.unicodeScalars.prefix(120).map { Character($0 == "\0" ? "\u{FFFD}" : $0) })
        return NewEvidence(name: name, title: title, kind: kind, bytes: count, digest: digest)
    }

    /// What cannot be removed just now is tidied later.
    func discard() async { try? await bytes.remove(name) }
}

extension PortalCall {
    func evidenceUpload() async throws(Refusal) -> EvidenceUpload { try await EvidenceUpload(to: door.portal.evidence, world: site.world) }
}
