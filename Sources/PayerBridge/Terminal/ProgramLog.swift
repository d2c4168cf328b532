import Logging

/// The program's log on standard error.
enum ProgramLog {
    static func logger(isVerbose: Bool) -> Logger {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = isVerbose ? .info : .warning
            return handler
        }
        var logger = Logger(label: "payerbridge")
        logger.logLevel = isVerbose ? .info : .warning
        return logger
    }
}
