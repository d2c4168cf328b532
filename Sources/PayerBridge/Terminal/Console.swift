import Foundation
import Synchronization

/// Where the program's words go: what it found to standard output, how it is going to standard error.
enum Console {
    static let isInteractive = isatty(STDERR_FILENO) == 1
    /// The terminal's last line is one that the next words take the place of.
    private static let isDrawn = Mutex(false)

    static func say(_ text: String) { write(text, to: .standardOutput) }
    static func warn(_ text: String) { write(text, to: .standardError) }

    /// Writes over the line that was drawn before; one that stays is written over no more. For a terminal.
    static func draw(_ line: String, stays: Bool) {
        isDrawn.withLock { isDrawn in
            FileHandle.standardError.write(Data("\r\(line)\u{1B}[K\(stays ? "\n" : "")".utf8))
            isDrawn = !stays
        }
    }

    private static func write(_ text: String, to stream: FileHandle) {
        isDrawn.withLock { isDrawn in
            if isDrawn { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
            isDrawn = false
            stream.write(Data((text + "\n").utf8))
        }
    }
}
