import FHIR

/// Organizations, practitioners, places and the like: read one by one where references lead, and once more where those lead.
struct ReferenceDownload: Sendable {
    let download: Download

    /// A sender could invent references without end.
    private static let mostOfOneType = 50_000

    func run() async throws(ReceiveProblem) {
        let all = await download.journal.state.types
        let open = all.filter { $0.way == .reference && $0.status == .open }.map(\.type)

        var first = FoundReferences(base: download.base, types: open)
        for state in all where state.way != .reference && state.count > 0 {
            try first.add(file: download.folder.finalPath(state.type))
            try first.add(file: download.folder.partPath(state.type))
        }
        var readers: [ResourceType: ReferenceReader] = [:]
        for type in open { readers[type] = ReferenceReader(download: download, type: type) }
        for type in open { try await readers[type]?.read(first.byType[type] ?? [], atMost: Self.mostOfOneType) }

        // The second level starts from the first level's resources only, so that an interrupted run ends at the same set.
        var second = FoundReferences(base: download.base, types: open)
        for type in open {
            try second.add(file: download.folder.partPath(type), ids: first.byType[type] ?? [])
        }
        for type in open { try await readers[type]?.read(second.byType[type] ?? [], atMost: Self.mostOfOneType) }
        for type in open { try await readers[type]?.end() }
    }
}

/// The reads of one type, in the order of their ids, several at a time, written in that order.
private struct ReferenceReader {
    private let download: Download
    private let type: ResourceType
    private var asked: Set<String> = []
    private var isStarted = false
    private var refusals = 0
    private var failure: (reason: String, again: Bool)?
    private var isNotShared = false

    init(download: Download, type: ResourceType) {
        self.download = download
        self.type = type
    }

    mutating func read(_ ids: Set<String>, atMost limit: Int) async throws(ReceiveProblem) {
        guard failure == nil, !isNotShared, !ids.isSubset(of: asked) else { return }
        let (file, state) = try await download.openFile(type)
        if !isStarted {
            isStarted = true
            download.report(.typeStarted(type.name, received: state.count))
        }
        let missing = ids.subtracting(asked).subtracting(file.ids).sorted()
        asked.formUnion(ids)
        guard asked.count <= limit else {
            failure = ("more than \(limit) of them are referred to", false)
            return
        }
        var rest = missing[...]
        while !rest.isEmpty, failure == nil, !isNotShared {
            // Between two writes of the state lie so many reads: few enough to repeat, enough not to wait for the disk.
            let chunk = rest.prefix(max(8, download.options.parallelRequests * 4))
            rest = rest.dropFirst(chunk.count)
            try await take(await answers(Array(chunk)), file)
        }
    }

    mutating func end() async throws(ReceiveProblem) {
        let (file, _) = try await download.openFile(type)
        if let failure {
            try file.leave()
            return try await download.end(type, .failed, reason: failure.reason, again: failure.again)
        }
        if isNotShared {
            try file.leave()
            return try await download.end(type, .notShared, reason: "the server answered 403")
        }
        try file.finish()
        guard isStarted else { return try await download.journal.update(type) { $0.status = .done } }
        try await download.end(type, .done)
    }

    private func answers(_ ids: [String]) async -> [(id: String, answer: Result<HTTPAnswer, Stop>)] {
        await withTaskGroup(of: (Int, Result<HTTPAnswer, Stop>).self) { group in
            var answers = [Result<HTTPAnswer, Stop>?](repeating: nil, count: ids.count)
            var started = 0
            func start() {
                guard started < ids.count, let address = download.base.appending("\(type.name)/\(ids[started])") else { return }
                group.addTask { [started, download] in
                    do throws(Stop) {
                        return (started, .success(try await download.requests.get(address, access: download.access)))
                    } catch {
                        return (started, .failure(error))
                    }
                }
                started += 1
            }
            for _ in 0..<max(1, download.options.parallelRequests) { start() }
            while let (index, answer) = await group.next() {
                answers[index] = answer
                if case .success = answer { start() }
            }
            return zip(ids, answers).compactMap { id, answer in answer.map { (id, $0) } }
        }
    }

    private mutating func take(_ answers: [(id: String, answer: Result<HTTPAnswer, Stop>)], _ file: NDJSONFile) async throws(ReceiveProblem)
    {
        var lines: [UInt8] = []
        var count = 0
        var gaps: [(String, String)] = []
        var rejected: [(String, String)] = []
        for (id, answer) in answers {
            switch answer {
            case .failure(.run(let problem)): throw problem
            case .failure(.type(let reason, let again)): failure = failure ?? (reason, again)
            case .success(let answer) where answer.status == 200:
                switch ReadResource(
                    answer.body, type: type, id: id, patient: download.patient, limit: download.options.limits.resourceBytes)
                {
                case .line(let line):
                    lines += line
                    count += 1
                    file.ids.insert(id)
                case .rejected(let reason): rejected.append((id, reason))
                }
            case .success(let answer) where answer.status == 403:
                refusals += 1
                gaps.append((id, "not shared (403)"))
            case .success(let answer) where answer.status == 404 || answer.status == 410:
                gaps.append((id, "not found (\(answer.status))"))
            case .success(let answer):
                if answer.status >= 500 { failure = failure ?? (answer.reason, true) }
                gaps.append((id, answer.reason))
            }
        }
        try file.append(lines)
        let (bytes, added, missing, refused) = (file.bytes, count, gaps, rejected)
        try await download.journal.update(type) { state in
            state.bytes = bytes
            state.count += added
            for (id, reason) in missing { TypeState.Counted.add(id, reason, to: &state.gaps) }
            for (id, reason) in refused { TypeState.Counted.add(id, reason, to: &state.rejected) }
        }
        let state = await download.journal.type(type)
        isNotShared = refusals >= 5 && state?.count == 0
        download.report(.page(type: type.name, received: state?.count ?? 0, total: asked.count))
    }
}
