import Foundation

/// A real SMTP server (`Tests/Support/smtp_server.py`) on loopback, in a folder of its own, stopped and removed with `stop`.
final class SMTPServer {
    struct Accepted: Decodable {
        let to: String
        let recipients: [String]
        let from: String
        let subject: String
        let text: String
        let headers: [[String]]
        let tls: Bool
        let login: String?
        let helo: String
        let raw: String

        func header(_ name: String) -> [String] {
            headers.filter { $0[0] == name }.map { $0[1] }
        }
    }

    struct NotStarted: Error {
        let what: String
    }

    let port: Int
    let certificate: String
    /// With `stalls` the server answers a message only when there is this file. The Nth that waits makes one with `.N` behind the name.
    let mayAnswer: URL
    private let folder: URL
    private let process = Process()
    private let input = Pipe()
    private let ended = DispatchSemaphore(value: 0)

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let python =
        ProcessInfo.processInfo.environment["PAYERBRIDGE_PYTHON"] ?? root.appendingPathComponent(".venv/bin/python").path

    /// Whether there is a Python with aiosmtpd.
    static let isAvailable = (try? run(python, ["-c", "import aiosmtpd"])) == 0
    static let whyNot = "needs aiosmtpd: python3 -m venv .venv && .venv/bin/pip install aiosmtpd, or PAYERBRIDGE_PYTHON"

    init(_ arguments: [String] = [], tls: Bool = false, stalls: Bool = false) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("smtp-\(UUID().uuidString)")
        certificate = folder.appendingPathComponent("cert.pem").path
        mayAnswer = folder.appendingPathComponent("may-answer")
        let mail = folder.appendingPathComponent("mail")
        try FileManager.default.createDirectory(at: mail, withIntermediateDirectories: true)
        var all = [Self.root.appendingPathComponent("Tests/Support/smtp_server.py").path, "--dir", mail.path, "--exit-with-stdin"]
        if tls {
            let key = folder.appendingPathComponent("key.pem").path
            let made = try Self.run(
                "/usr/bin/env",
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
                    + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
                    + ["-keyout", key, "-out", certificate])
            guard made == 0 else { throw NotStarted(what: "openssl") }
            all += ["--tls", certificate, key]
        }
        if stalls { all += ["--stall-until", mayAnswer.path] }
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = all + arguments
        process.standardInput = input
        process.standardOutput = output
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        var line = Data()
        while !line.contains(0x0A) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw NotStarted(what: "smtp_server.py") }
            line += more
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "listening", let port = Int(words[1]) else { throw NotStarted(what: "no port") }
        self.port = port
    }

    /// What was accepted so far, in order.
    func accepted() throws -> [Accepted] {
        let mail = folder.appendingPathComponent("mail")
        let names = try FileManager.default.contentsOfDirectory(atPath: mail.path).filter { $0.hasSuffix(".json") }.sorted()
        return try names.map { try JSONDecoder().decode(Accepted.self, from: Data(contentsOf: mail.appendingPathComponent($0))) }
    }

    func stop() {
        if process.isRunning {
            process.terminate()
            ended.wait()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        // waitUntilExit() turns the thread's run loop, and under several tests at once may miss the end.
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        ended.wait()
        return process.terminationStatus
    }
}

/// Starts a server, lets `use` talk to it, and stops it.
func withSMTPServer(
    _ arguments: [String] = [], tls: Bool = false, stalls: Bool = false, _ use: (SMTPServer) async throws -> Void
) async throws {
    let server = try SMTPServer(arguments, tls: tls, stalls: stalls)
    defer { server.stop() }
    try await use(server)
}
