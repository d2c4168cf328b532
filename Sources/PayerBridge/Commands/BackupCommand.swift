import ArgumentParser
import Exchange
import Foundation
import Storage

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy everything a server keeps into a new folder, while it serves.",
        discussion: """
            Both databases of one moment and the files beside them, with a manifest of hashes, row counts and schema. What was acknowledged before it
            began is in it. Key files stay out unless you ask for them: a backup with its key can be read whole. Check it with `payerbridge verify`,
            put it in place with `payerbridge restore`.
            """)

    @Option(help: "The configuration file of the plan's server; without it, the sandbox.") var config: String?
    @Option(help: "The sandbox's data directory.") var data = "var/sandbox"
    @Flag(help: "Also copy the key files that lie in the data directory.") var withKeys = false
    @Option(help: "The new folder that becomes the backup.") var to: String

    func run() async throws {
        try await Failing.clearly {
            let configuration = try config.map { try ConfigurationFile.read($0) }
            guard configuration?.database == nil else {
                let files = configuration?.evidenceDirectory.map { ", then copy \($0), where uploaded files lie" } ?? ""
                throw ConfigurationProblem(
                    "The store is on PostgreSQL: back it up with pg_basebackup or pg_dump\(files), and its keys by themselves.")
            }
            let directory = configuration?.dataDirectory ?? data
            guard try configuration?.database == nil && SandboxDatabase.noted(in: directory) == nil else {
                throw ConfigurationProblem(
                    "This store is on PostgreSQL: back it up with pg_basebackup or pg_dump (Documentation/scaling.md).")
            }
            let keys = KeyFiles.below(directory, configuration)
            let bar = ProgressBar("Copying")
            let manifest = try StoreBackup.make(of: directory, in: to, leaving: withKeys ? [] : keys, at: World.real.now()) { part in
                bar.show(part)
            }
            bar.finish()
            let report = try BackupVerification.verify(to)
            Console.say(BackupWords.text(report, folder: to))
            if let evidence = configuration?.evidenceDirectory, !evidence.hasPrefix(directory + "/") {
                Console.say("Not in it: \(evidence). Copy that folder after this.")
            }
            let left = keys.subtracting(manifest.files.map(\.path)).sorted()
            if !left.isEmpty { Console.say("Not in it: \(left.joined(separator: ", ")). Keep copies of them elsewhere.") }
        }
    }
}

/// The secrets of a server that lie in its data directory, by their paths below it.
enum KeyFiles {
    static func below(_ directory: String, _ configuration: ServerConfiguration?) -> Set<String> {
        var paths = [directory + "/key", directory + "/sealing-key"]
        if let configuration {
            paths += [configuration.keyFile, configuration.sealingKeyFile, configuration.mail?.passwordFile, configuration.tls?.key]
                .compactMap { $0 }
            paths += configuration.plans.compactMap { $0.receive?.linkKeyFile }
        }
        let there = paths.filter { $0.hasPrefix(directory + "/") && FileManager.default.fileExists(atPath: $0) }
        return Set(there.map { String($0.dropFirst(directory.count + 1)) })
    }
}

/// What is told of a backup that was found whole.
enum BackupWords {
    static func text(_ report: BackupVerification.Report, folder: String) -> String {
        let manifest = report.manifest
        let clinical = manifest.databases["payerbridge.sqlite"]?.counts ?? [:]
        var lines = [
            "\(folder) is whole: taken at \(manifest.takenAt), \(ProgressBar.grouped(manifest.files.count)) files, \(ProgressBar.grouped(manifest.totalBytes)) bytes."
        ]
        var table = TextTable(["HOLDS", "ROWS"])
        for (name, key) in [("resources", "resource"), ("members", "member"), ("permissions", "access_grant"), ("apps", "app")] {
            table.add([name, ProgressBar.grouped(clinical[key] ?? 0)])
        }
        table.add(["disclosures, sealed", ProgressBar.grouped(manifest.disclosures)])
        lines.append(table.text())
        lines.append("SHA-256 of its manifest: \(report.manifestDigest)")
        return lines.joined(separator: "\n")
    }
}
