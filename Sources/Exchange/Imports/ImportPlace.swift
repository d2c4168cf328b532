/// Where in the files of an import a document stands; made into words only when there is something to say about it.
package struct ImportPlace: Sendable, CustomStringConvertible, ExpressibleByStringInterpolation, Equatable {
    private let file: String
    private let line: Int?
    private let entry: Int?

    package init(_ file: String, line: Int? = nil, entry: Int? = nil) { (self.file, self.line, self.entry) = (file, line, entry) }

    package init(stringLiteral file: String) { self.init(file) }

    /// An entry of the Bundle that stands here.
    package func entry(_ number: Int) -> ImportPlace { ImportPlace(file, line: line, entry: number) }

    /// Two that read the same are the same.
    package static func == (a: ImportPlace, b: ImportPlace) -> Bool { a.description == b.description }

    /// `file`, `file:line`, and behind either `:entry 12` inside a Bundle.
    package var description: String { file + (line.map { ":\($0)" } ?? "") + (entry.map { ":entry \($0)" } ?? "") }
}
