import FHIR
import Foundation

/// Files and folders on their way into an import: NDJSON line by line, JSON documents whole, both also packed.
package struct ImportFiles: Sendable {
    package let paths: [String]
    /// Bytes on disk of all of them; for a progress bar.
    package let totalBytes: Int64

    private static let endings = [".ndjson", ".jsonl", ".json"].flatMap { [$0, $0 + ".gz", $0 + ".zst"] }
    /// A Bundle is read whole, so it has a limit; larger data comes as NDJSON.
    private static let largestDocument = 48 << 20

    /// Folders are searched in depth, their files taken in the order of their names. Throws when a path is not there or not of these kinds.
    package init(_ arguments: [String]) throws(Refusal) {
        var paths: [String] = []
        for argument in arguments {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) else {
                throw Refusal(.notFound, "There is no file or folder \(argument).")
            }
            if isFolder.boolValue {
                let inside = (FileManager.default.enumerator(atPath: argument)?.compactMap { $0 as? String } ?? []).filter(Self.isReadable)
                    .sorted()
                guard !inside.isEmpty else {
                    throw Refusal(.invalid, "\(argument) holds no .ndjson, .jsonl or .json file (also .gz or .zst).")
                }
                paths += inside.map { argument + "/" + $0 }
            } else {
                guard Self.isReadable(argument) else {
                    throw Refusal(.invalid, "\(argument) is no .ndjson, .jsonl or .json file (also .gz or .zst).")
                }
                paths.append(argument)
            }
        }
        self.paths = paths
        totalBytes = paths.reduce(0) { $0 + Self.size($1) }
    }

    private static func isReadable(_ path: String) -> Bool { endings.contains { path.hasSuffix($0) } }

    private static func size(_ path: String) -> Int64 {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.int64Value ?? 0
    }

    /// Hands every document to the taker; `progress` hears the bytes read so far, now and then, and says whether to go on.
    package func feed(_ pipeline: some DocumentTaker, progress: (Int64) -> Bool) {
        var before: Int64 = 0
        let decoders = FileDecoders()
        for path in paths {
            guard progress(before) else { return }
            do throws(LineProblem) {
                if path.contains(".json") && !path.contains(".jsonl") {
                    let bytes = try readWhole(path: path, limit: Self.largestDocument)
                    bytes.withUnsafeBytes { pipeline.add($0, place: ImportPlace(path)) }
                } else {
                    try feedLines(path, decoders, pipeline) { progress(before + $0) }
                }
            } catch { pipeline.note(error.explanation, place: ImportPlace(path)) }
            before += Self.size(path)
        }
        _ = progress(before)
    }

    private struct Stopped: Error {}

    private func feedLines(
        _ path: String, _ decoders: FileDecoders, _ pipeline: some DocumentTaker, progress: (Int64) -> Bool
    ) throws(LineProblem) {
        let reader = try LineReader(path: path, decoders: decoders)
        do {
            try reader.forEachLine { line, number in
                if number % 256 == 0, !progress(reader.bytesRead) { throw Stopped() }
                pipeline.add(line, place: ImportPlace(path, line: number))
            } tooLong: { number in
                pipeline.note("The line is longer than 5 MiB.", place: ImportPlace(path, line: number))
            }
        } catch let problem as LineProblem {
            throw problem
        } catch is Stopped { return } catch { pipeline.note("It could not be read to its end.", place: ImportPlace(path)) }
    }
}
