import Foundation
import Synchronization

/// Keeps every FHIR answer of the test run for a validator that no one here wrote, in the folder that `PAYERBRIDGE_ANSWERS` names; without
/// it, nothing.
///
/// A line holds method, address and status, the content coding, and the body in Base64, with tabs between. Answers made from generated records, which have every element that is
/// searched and not every one that is required, stand in a file of their own.
final class AnswerArchive: Sendable {
    static let shared = ProcessInfo.processInfo.environment["PAYERBRIDGE_ANSWERS"].flatMap { AnswerArchive($0) }
    /// The host under which generated records are served.
    static let generatedHost = "payer.test"

    private let whole: Mutex<FileHandle>
    private let generated: Mutex<FileHandle>

    private init?(_ folder: String) {
        func file(_ name: String) -> FileHandle? {
            guard FileManager.default.createFile(atPath: folder + "/" + name, contents: nil) else { return nil }
            return FileHandle(forWritingAtPath: folder + "/" + name)
        }
        guard let whole = file("whole"), let generated = file("generated") else { return nil }
        self.whole = Mutex(whole)
        self.generated = Mutex(generated)
    }

    func keep(_ answer: WebAnswer, to request: String, host: String?) {
        guard !answer.body.isEmpty, answer.header("Content-Type")?.hasPrefix("application/fhir+json") == true else { return }
        let coding = answer.header("Content-Encoding") ?? "identity"
        let line = Data("\(request) \(answer.status)\t\(coding)\t".utf8) + Data(answer.body).base64EncodedData() + [0x0A]
        if host == Self.generatedHost {
            generated.withLock { try? $0.write(contentsOf: line) }
        } else {
            whole.withLock { try? $0.write(contentsOf: line) }
        }
    }
}
