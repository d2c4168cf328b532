import ArgumentParser
import Exchange
import Storage

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Load FHIR records into a plan.",
        discussion: """
            Reads NDJSON (.ndjson, .jsonl), resources and Bundles (.json), all also as .gz or .zst, and folders of these. References inside
            transaction Bundles are resolved. What cannot be taken is reported with its file and line, and the rest is taken; running the same
            import again changes nothing, so one that was cut off goes on when it is started again. Exit code: 0 all taken, 3 some refused,
            1 failed. Whoever reads meanwhile goes first, unless --priority says otherwise.

            A nightly load brings what has changed, and names what is gone:

              payerbridge import --config payerbridge.yaml --plan demo --delta --deleted deleted.ndjson changed/
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "Show at most this many problems.") var problems = 50
    @Flag(help: "The files hold only what has changed since the last load.") var delta = false
    @Option(
        help: """
            How it gives way. `normal`: to nobody. `low`: to other programs, and to reads, beside which it works a small part of the time. `idle`: the \
            same, and it takes only what nobody else wants, so that on a machine that is never idle it stands still.
            """) var priority = Priority.low
    @Option(
        help: """
            With --delta, files or folders that name what is to be deleted: lines {"resourceType": "...", "id": "..."}, or the `deleted` files of a \
            bulk export.
            """) var deleted: [String] = []
    @Argument(help: "Files or folders.") var paths: [String] = []

    func validate() throws {
        guard delta || deleted.isEmpty else { throw ValidationError("--deleted goes with --delta: a whole load deletes nothing.") }
        guard !paths.isEmpty || !deleted.isEmpty else { throw ValidationError("Name the files or folders to load.") }
    }

    func run() async throws {
        try await Failing.clearly {
            priority.begin()
            let composition = try await store.open()
            let plan = try composition.plan(store.plan)
            // Both are looked at before either changes anything.
            let (lists, files) = (try ImportFiles(deleted), try ImportFiles(paths))
            let store = composition.store
            if delta, try store.isEmpty(plan.key) {
                throw ConfigurationProblem(
                    "\(plan.name) holds nothing yet, so nothing can have changed. Load the whole first, without --delta.")
            }
            // What is deleted and comes again in the same load is there afterwards.
            let gone = try await delete(lists, plan, store)
            let quota = composition.configuration.plans.first { $0.id == plan.id }?.quota
            let pipeline = ImportPipeline(
                store: store, plan: plan.key, world: .real, quota: quota.map { ImportQuota($0, store: store, plan: plan) },
                pace: priority == .normal ? .full : ImportPace(givingWayIn: store))
            let bar = ProgressBar("Importing", unit: "resources")
            priority.prepareOnly()
            files.feed(pipeline) { bytes in
                bar.show(files.totalBytes > 0 ? Double(bytes) / Double(files.totalBytes) : 0, count: pipeline.kept)
                return !pipeline.hasFailed
            }
            let result = Result { () throws(Refusal) in try pipeline.finish() }
            try store.settle()
            let report = try result.get()
            bar.finish(count: report.kept)
            show(report)
            if !report.problems.isEmpty || !gone.problems.isEmpty { throw ExitCode(3) }
        }
    }

    private func delete(_ lists: ImportFiles, _ plan: Plan, _ store: Store) async throws -> DeletionList {
        let list = DeletionList(store: store, plan: plan.key, world: .real)
        guard !deleted.isEmpty else { return list }
        lists.feed(list) { _ in true }
        try list.finish()
        for problem in list.problems.prefix(problems) { Console.warn("refused \(problem.place): \(problem.reason)") }
        if list.problems.total > problems { Console.warn(Self.more(list.problems, shown: problems)) }
        try await store.record(
            AuditEntry(.system("command line"), "import.delta", "plan \(plan.id)", detail: "\(list.deleted) resources deleted"),
            at: World.real.now())
        Console.say(
            "\(ProgressBar.grouped(list.deleted)) resources deleted; \(ProgressBar.grouped(list.named - list.deleted)) named were not there."
        )
        return list
    }

    static func more(_ list: ImportProblems, shown: Int) -> String {
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
