import FHIR
import Foundation

/// The folder that receives: made for its owner alone, and held by one receive at a time.
final class OutputFolder: Sendable {
    let path: String
    private let descriptor: Int32

    var statePath: String { path + "/.receive-state.json" }
    var receiptPath: String { path + "/receipt.json" }

    func finalPath(_ type: ResourceType) -> String { path + "/" + Self.finalName(type) }
    func partPath(_ type: ResourceType) -> String { finalPath(type) + ".part" }
    static func finalName(_ type: ResourceType) -> String { type.name + ".ndjson" }

    /// Makes the folder when it is missing, and locks it.
    init(_ path: String) throws(ReceiveProblem) {
        var bytes = Array(path.utf8)
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        let path = String(decoding: bytes, as: UTF8.self)
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .cannotWrite(path: path, reason: "the folder cannot be made")
        }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskFile.problem(path) }
        self.path = path
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .folderInUse(path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The interrupted receive that lies here, nil in an empty folder; anything else is refused, so that nothing is ever overwritten.
    func interrupted() throws(ReceiveProblem) -> ReceiveState? {
        if DiskFile.exists(statePath) {
            do {
                return try ReceiveState(readWhole(path: statePath, limit: 64 * 1024 * 1024))
            } catch {
                throw .badState(path: statePath, reason: "\(error)")
            }
        }
        if DiskFile.exists(receiptPath) { throw .alreadyReceived(path) }
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        // What a receive leaves that was cut off before its first state was whole.
        let others = found.filter { $0 != ".receive-state.json.new" }.sorted()
        if let first = others.first { throw .folderNotEmpty(folder: path, found: PlainText.shown(first)) }
        guard fchmod(descriptor, 0o700) == 0 else { throw DiskFile.problem(path) }
        return nil
    }
}
