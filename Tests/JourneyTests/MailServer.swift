import Exchange
import Foundation
import Logging
import Mail
import Storage

/// A real SMTP server (`Tests/Support/smtp_server.py`) on loopback, and the delivery that hands mail over to it.
final class MailServer {
    struct NotStarted: Error {}

    private struct Accepted: Decodable {
        let to: String
        let text: String
    }

    let port: Int
    private let folder: URL
    private let process = Process()
    private let input = Pipe()
    private let ended = DispatchSemaphore(value: 0)

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let python =
        ProcessInfo.processInfo.environment["PAYERBRIDGE_PYTHON"] ?? root.appendingPathComponent(".venv/bin/python").path

    /// Whether there is a Python with aiosmtpd.
    static let isAvailable: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", "import aiosmtpd"]
        process.standardError = FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        guard (try? process.run()) != nil else { return false }
        ended.wait()
        return process.terminationStatus == 0
    }()
    static let whyNot = "needs aiosmtpd: python3 -m venv .venv && .venv/bin/pip install aiosmtpd, or PAYERBRIDGE_PYTHON"

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("journey-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = [
            Self.root.appendingPathComponent("Tests/Support/smtp_server.py").path, "--dir", folder.path, "--exit-with-stdin",
        ]
        process.standardInput = input
        process.standardOutput = output
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        var line = Data()
        while !line.contains(0x0A) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw NotStarted() }
            line += more
        }
        guard let word = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace).last, let port = Int(word) else {
            throw NotStarted()
        }
        self.port = port
    }

    func delivery(_ store: Store, _ logger: Logger) throws -> OutboxDelivery {
        let settings = SMTPSettings(
            host: "127.0.0.1", port: port, security: .none, from: try MailAddress("no-reply@plan.example.com"), fromName: "A Health Plan")
        return OutboxDelivery(
            outbox: store, transport: SMTPTransport(settings), settings: settings, logger: logger, pollInterval: .milliseconds(200))
    }

    /// The text of the `count`th mail to this address, once it is there.
    func text(to address: String, number count: Int = 1) async throws -> String {
        for _ in 0..<600 {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
            let mails = try names.map {
                try JSONDecoder().decode(Accepted.self, from: Data(contentsOf: folder.appendingPathComponent($0)))
            }
            let found = mails.filter { $0.to == address }
            if found.count >= count { return found[count - 1].text }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NotStarted()
    }

    func stop() {
        if process.isRunning {
            process.terminate()
            ended.wait()
        }
        try? FileManager.default.removeItem(at: folder)
    }
}
