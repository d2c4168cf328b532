import FHIR
import Foundation

/// One type's file while it grows, under a name that says it is not whole: `Observation.ndjson.part`.
final class NDJSONFile {
    /// Ids of the resources in it, so that none is written twice.
    var ids: Set<String> = []
    private(set) var bytes: Int
    /// The file did not hold what the state says; it was emptied.
    private(set) var wasReset = false

    private let part: String
    private let final: String
    private let descriptor: Int32

    /// Opens the file as the state knows it: what was written after the last recorded page is cut off.
    init(_ state: TypeState, in folder: OutputFolder) throws(ReceiveProblem) {
        part = folder.partPath(state.type)
        final = folder.finalPath(state.type)
        if DiskFile.exists(final), !DiskFile.exists(part) { try DiskFile.move(final, to: part) }
        descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        bytes = state.bytes
        guard descriptor >= 0 else { throw DiskFile.problem(part) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw DiskFile.problem(part) }
        if Int(facts.st_size) < state.bytes {
            try empty()
        } else {
            guard ftruncate(descriptor, off_t(state.bytes)) == 0 else { throw DiskFile.problem(part) }
            if state.bytes > 0, !readIDs(expecting: state.count) { try empty() }
        }
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw DiskFile.problem(part) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Adds whole lines and waits until they are on disk.
    func append(_ lines: [UInt8]) throws(ReceiveProblem) {
        guard !lines.isEmpty else { return }
        try DiskFile.write(lines, to: descriptor, path: part)
        guard fsync(descriptor) == 0 else { throw DiskFile.problem(part) }
        bytes += lines.count
    }

    /// Gives the file its final name; an empty one goes.
    func finish() throws(ReceiveProblem) {
        if bytes == 0 { try leave() } else { try DiskFile.move(part, to: final) }
    }

    /// The type ended early: what was received stays under the name that says so, an empty file goes.
    func leave() throws(ReceiveProblem) {
        if bytes == 0 { try DiskFile.remove(part) }
    }

    private func empty() throws(ReceiveProblem) {
        guard ftruncate(descriptor, 0) == 0 else { throw DiskFile.problem(part) }
        bytes = 0
        ids = []
        wasReset = true
    }

    private func readIDs(expecting count: Int) -> Bool {
        let parser = JSONParser()
        var lines = 0
        do {
            try LineReader(path: part, maximumLineBytes: 64 * 1024 * 1024).forEachLine { line, _ in
                lines += 1
                if let id = try parser.parse(line)["id"]?.string { ids.insert(id) }
            } tooLong: { _ in
            }
        } catch {
            return false
        }
        return lines == count && ids.count == count
    }
}
