import Foundation

/// Where the program's words go: what it found to standard output, how it is going to standard error.
enum Console {
    static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func warn(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
    static let isInteractive = isatty(STDERR_FILENO) == 1
}
