import ArgumentParser
import Foundation
import Storage

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Move a store from its file to a PostgreSQL server.",
        discussion: """
            Stop the server first. The database must exist and be empty; the program makes the tables. A move that was broken off goes on where
            it was when it is started again. At the end every row of both sides is read and compared; nothing is taken from the file.

              createdb --owner payerbridge payerbridge
              payerbridge migrate --from sqlite:/var/lib/payerbridge --to postgres://payerbridge@localhost/payerbridge

            Pictures and recordings that developers have uploaded go into the database as well, each compared with its hash. With
            --without-evidence they stay where they are; then name their folder in the configuration: evidenceDirectory: …/evidence.

            Then name the database in the configuration, and the key files of the old data directory: keyFile: …/key, and where a plan receives
            sealingKeyFile: …/sealing-key.
            """)

    @Option(help: "The data directory, as sqlite:DIRECTORY.") var from: String
    @Option(help: "The database, as postgres://USER@HOST/NAME.") var to: String

    @Option(help: "The folder of uploaded files, where the configuration named one; else evidence in the data directory.")
    var evidence: String?
    @Flag(help: "Leave uploaded files in their folder.") var withoutEvidence = false

    func validate() throws {
        guard from.hasPrefix("sqlite:"), from.utf8.count > 7 else { throw ValidationError("--from takes sqlite:DIRECTORY.") }
        guard PostgresAddress(to) != nil else { throw ValidationError("--to takes a PostgreSQL address, \(PostgresAddress.hint).") }
    }

    func run() async throws {
        try await Failing.clearly {
            guard let address = PostgresAddress(to) else { return }
            let directory = String(from.dropFirst("sqlite:".utf8.count))
            guard FileManager.default.fileExists(atPath: directory + "/payerbridge.sqlite") else {
                throw ConfigurationProblem("There is no store in \(directory).")
            }
            let lock = try ServerLock(directory: directory)
            let copy = try StoreCopy(
                directory: directory, evidence: withoutEvidence ? nil : evidence ?? directory + "/evidence", to: address)
            var bar: (title: String, bar: ProgressBar)?
            let (tables, rows, files) = try copy.run { progress in
                let title = "\(progress.step == .copying ? "Copying" : "Comparing") \(progress.table)"
                if bar?.title != title { bar = (title, ProgressBar(title, unit: progress.unit)) }
                bar?.bar.show(progress.of == 0 ? 1 : Double(progress.rows) / Double(progress.of), count: progress.rows)
            }
            Console.say("\(ProgressBar.grouped(rows)) rows of \(tables) tables are in the database, each as it was.")
            if files > 0 { Console.say("\(ProgressBar.grouped(files)) uploaded files are there too, each with the hash it had.") }
            _ = consume lock
        }
    }
}
