package import Logging
import Synchronization

/// Keeps every line that anything logs in this process, so that a test can look for what must not be there.
package enum LogCapture {
    private static let kept = Mutex<[String]>([])
    private static let installed: Void = LoggingSystem.bootstrap { Handler(label: $0) }

    /// Takes over the process's log, once; later loggers of any room write here.
    package static func logger(_ label: String) -> Logger {
        installed
        return Logger(label: label)
    }

    package static var lines: [String] { kept.withLock { $0 } }

    private struct Handler: LogHandler {
        let label: String
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .debug

        init(label: String) { self.label = label }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = metadata.merging(event.metadata ?? [:]) { _, new in new }
            let cause = event.error.map { " \($0)" } ?? ""
            LogCapture.kept.withLock { $0.append("\(event.level) \(label) \(event.message) \(facts)\(cause)") }
        }
    }
}
