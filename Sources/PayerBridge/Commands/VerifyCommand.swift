import ArgumentParser
import Storage

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that a backup is whole and as it was made.",
        discussion: """
            Every file's hash, the databases' own integrity, the row counts and the seals of the log of disclosures. Nothing is changed. Compare the
            hash of the manifest with the one that `payerbridge backup` printed: only that shows a backup that was exchanged as a whole.
            """)

    @Argument(help: "The backup's folder.") var backup: String

    func run() async throws {
        try await Failing.clearly { Console.say(BackupWords.text(try BackupVerification.verify(backup), folder: backup)) }
    }
}
