import ArgumentParser
import Foundation
import Storage

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Move a store from its file to a PostgreSQL server.",
        discussion: """
            Stop the server first. The database must exist and be empty; the program makes the tables. A move that was broken off goes on where
            it was when it is started again. At the end every row of both sides is read and compared; nothing is taken from the file.

              createdb payerbridge
              payerbridge migrate --from sqlite:/var/lib/payerbridge --to postgres://payerbridge@localhost/payerbridge

            Then name the database in the configuration, and the key files of the old data directory: keyFile: …/key, and where a plan receives
            sealingKeyFile: …/sealing-key. Uploaded evidence stays where it is: evidenceDirectory: …/evidence.
            """)

    @Option(help: "The data directory, as sqlite:DIRECTORY.") var from: String
    @Option(help: "The database, as postgres://USER@HOST/NAME.") var to: String

    func validate() throws {
        guard from.hasPrefix("sqlite:"), from.utf8.count > 7 else { throw ValidationError("--from takes sqlite:DIRECTORY.") }
        guard PostgresAddress(to) != nil else { throw ValidationError("--to takes postgres://USER@HOST/NAME.") }
    }

    func run() async throws {
        try await Failing.clearly {
            guard let address = PostgresAddress(to) else { return }
            let directory = String(from.dropFirst("sqlite:".utf8.count))
            guard FileManager.default.fileExists(atPath: directory + "/payerbridge.sqlite") else {
                throw ConfigurationProblem("There is no store in \(directory).")
            }
            let lock = try ServerLock(directory: directory)
            let copy = try StoreCopy(directory: directory, to: address)
            var bar: (title: String, bar: ProgressBar)?
            let (tables, rows) = try copy.run { progress in
                let title = "\(progress.step == .copying ? "Copying" : "Comparing") \(progress.table)"
                if bar?.title != title { bar = (title, ProgressBar(title, unit: "rows")) }
                bar?.bar.show(progress.of == 0 ? 1 : Double(progress.rows) / Double(progress.of), count: progress.rows)
            }
            Console.say("\(ProgressBar.grouped(rows)) rows of \(tables) tables are in the database, each as it was.")
            _ = consume lock
        }
    }
}
