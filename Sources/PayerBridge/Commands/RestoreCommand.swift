import ArgumentParser
import Storage

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a data directory from a backup.",
        discussion: """
            The backup is verified, copied and compared, and put in place in one step; a folder that holds anything is never overwritten. Then put
            the key files there and start the server. Permissions that were withdrawn after the backup are live again: withdraw them again.
            """)

    @Argument(help: "The backup's folder.") var backup: String
    @Option(help: "The data directory to make; it must be new or empty.") var to: String

    func run() async throws {
        try await Failing.clearly {
            let report = try StoreRestore.restore(backup, to: to)
            Console.say("\(to) is in place, as of \(report.manifest.takenAt): \(ProgressBar.grouped(report.manifest.files.count)) files.")
        }
    }
}
