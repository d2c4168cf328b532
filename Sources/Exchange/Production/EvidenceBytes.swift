package import FHIR

/// Where the bytes of pictures and recordings lie, each under the name of its evidence: in a folder, or beside the rows that tell of them.
package protocol EvidenceBytes: Sendable {
    /// Makes ready for what comes under this name, which nothing has.
    func begin(_ name: String, at now: Timestamp) async throws(Refusal)
    /// The next piece, counted from 0. Every piece but the last has `Evidence.pieceBytes`.
    func add(_ piece: [UInt8], number: Int, to name: String, at now: Timestamp) async throws(Refusal)
    /// All that was added is on disk; from now on it can be read.
    func finish(_ name: String) async throws(Refusal)
    /// Nil after the last piece, and for a name that has none.
    func piece(_ number: Int, of name: String) throws(Refusal) -> [UInt8]?
    /// Whatever there is under this name goes.
    func remove(_ name: String) async throws(Refusal)
    /// Removes what was broken off: what has not been touched for `Evidence.uploadSeconds` and is no evidence.
    func tidyUploads(at now: Timestamp) async throws(Refusal)
}

extension Evidence {
    /// What is held of a file at a time, on its way in and out.
    package static let pieceBytes = 256 << 10
    package static let uploadSeconds = 3600
}
