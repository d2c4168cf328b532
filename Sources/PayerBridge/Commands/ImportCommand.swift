import ArgumentParser
import Exchange
import Storage

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Load FHIR records into a plan.",
        discussion: """
            Reads NDJSON (.ndjson, .jsonl), resources and Bundles (.json), all also as .gz or .zst, and folders of these. References inside
            transaction Bundles are resolved. What cannot be taken is reported with its file and line, and the rest is taken; running the same
            import again changes nothing. Exit code: 0 all taken, 3 some refused, 1 failed.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "Show at most this many problems.") var problems = 50
    @Argument(help: "Files or folders.") var paths: [String]

    func run() async throws {
        try await Failing.clearly {
            let composition = try await store.open()
            let plan = try composition.plan(store.plan)
            let files = try ImportFiles(paths)
            let pipeline = ImportPipeline(store: composition.store, plan: plan.key, world: .real)
            let bar = ProgressBar("Importing", unit: "resources")
            files.feed(pipeline) { bytes in
                bar.show(files.totalBytes > 0 ? Double(bytes) / Double(files.totalBytes) : 0, count: pipeline.kept)
            }
            let report = try pipeline.finish()
            try composition.store.settle()
            bar.finish(count: report.kept)
            show(report)
            if !report.problems.isEmpty { throw ExitCode(3) }
        }
    }

    private static func more(_ list: ImportProblems, shown: Int) -> String {
        let hint =
            list.count > shown ? "; see \(list.count == list.total ? "them" : "the first \(list.count)") with --problems \(list.count)" : ""
        return "... and \(list.total - min(shown, list.count)) more\(hint)"
    }

    private func show(_ report: ImportReport) {
        for (title, list) in [("warning", report.warnings), ("refused", report.problems)] {
            for problem in list.prefix(problems) { Console.warn("\(title) \(problem.place): \(problem.reason)") }
            if list.total > problems { Console.warn(Self.more(list, shown: problems)) }
        }
        Console.say(
            "\(ProgressBar.grouped(report.kept)) resources kept: \(ProgressBar.grouped(report.added)) new, \(ProgressBar.grouped(report.updated)) changed, "
                + "\(ProgressBar.grouped(report.unchanged)) as before. \(ProgressBar.grouped(report.problems.total)) refused; warnings: "
                + "\(ProgressBar.grouped(report.warnings.total)).")
    }
}
