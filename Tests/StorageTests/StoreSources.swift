import Foundation

/// The SQL that stands in the store's sources.
enum StoreSources {
    /// What stands in string literals, outside the embedded engine.
    static func statements() throws -> [(file: String, sql: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Storage")
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        var found: [(String, String)] = []
        for file in files
        where file.pathExtension == "swift" && ["Store", "PostgreSQL"].contains(file.deletingLastPathComponent().lastPathComponent) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for (index, piece) in text.components(separatedBy: "\"\"\"").enumerated() {
                let literals = index % 2 == 1 ? [piece] : piece.split(separator: "\n").flatMap(literals)
                let verbs = ["SELECT ", "UPDATE ", "INSERT ", "DELETE "]
                found += literals.filter { literal in verbs.contains { literal.contains($0) } }.map { (file.lastPathComponent, $0) }
            }
        }
        return found
    }

    /// The string literals of a line, also those between `#"` and `"#`.
    private static func literals(_ line: Substring) -> [String] {
        if let start = line.range(of: "#\""), let end = line.range(of: "\"#", options: .backwards), start.upperBound <= end.lowerBound {
            return [String(line[start.upperBound..<end.lowerBound])]
        }
        return line.components(separatedBy: "\"").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}
