import Exchange
import FHIR

/// Fetches what the received resources refer to and did not bring along, and once more what those refer to.
struct ReferenceRounds: Sendable {
    let base: WebAddress
    let patient: String
    /// Types that the sender lets read.
    let types: [ResourceType]
    let requests: Requests
    let access: Access
    let landing: TransferLanding
    let settings: TransferSettings
    let store: any TransferStore

    /// A sender could invent references without end.
    private static let most = 20_000
    private static let rounds = 4

    func run(from known: TransferLeg) async throws -> LegDownload.Outcome {
        var leg = known
        var asked: Set<Reference> = []
        var later: String?
        for issue in try store.issues(of: landing.job.transfer.key, limit: Self.most) where issue.kind == .missing {
            if let reference = Array("\(issue.type)/\(issue.id)".utf8).withUnsafeBytes({ Reference($0) }) { asked.insert(reference) }
        }
        for _ in 0..<Self.rounds {
            let wanted = try wanted(asked)
            if wanted.isEmpty { break }
            guard asked.count + wanted.count <= Self.most else {
                leg.status = .failed
                leg.reason = "more than \(Self.most) resources are referred to"
                try await landing.land([], [], leg: leg, from: known)
                return .broken(leg.reason ?? "")
            }
            asked.formUnion(wanted)
            var rest = wanted[...]
            while !rest.isEmpty {
                let chunk = Array(rest.prefix(max(8, settings.requests * 8)))
                rest = rest.dropFirst(chunk.count)
                let before = leg
                leg.pages += 1
                if let reason = try await fetch(chunk, leg, before) { later = reason }
            }
        }
        if let later { return .later(later) }
        let before = leg
        leg.status = .done
        try await landing.land([], [], leg: leg, from: before)
        return .done
    }

    private func wanted(_ asked: Set<Reference>) throws -> [Reference] {
        let here = try store.stagedIDs(landing.job.transfer)
        var found = FoundReferences(base: base, types: types)
        try store.eachStaged(landing.job.transfer) { _, _, body in try found.add(bytes: body) }
        var wanted: [Reference] = []
        for (type, ids) in found.byType {
            for id in ids where here[type]?.contains(id) != true {
                guard let id = ResourceID(id) else { continue }
                let reference = Reference(type, id)
                if !asked.contains(reference) { wanted.append(reference) }
            }
        }
        return wanted.sorted { $0.text < $1.text }
    }

    /// The reason when some may come another time.
    private func fetch(_ references: [Reference], _ leg: TransferLeg, _ before: TransferLeg) async throws -> String? {
        let answers = try await answers(references)
        var resources: [StagedResource] = []
        var issues: [TransferIssue] = []
        var later: String?
        for (reference, answer) in answers {
            func missing(_ reason: String) {
                issues.append(TransferIssue(.missing, type: reference.type.name, id: reference.id.text, reason: reason))
            }
            switch answer {
            case .failure(.run(let problem)): throw problem
            case .failure(.type(let reason, let again)): if again { later = reason } else { missing(reason) }
            case .success(let answer) where answer.status == 200:
                let entry: ReceivedEntry? = try? JSONParser().withDocument(answer.body) { root in
                    ReceivedEntry(root, expected: reference.type, patient: patient, limit: settings.limits.resourceBytes)
                }
                switch entry {
                case .resource(let resource)? where resource.id.text.utf8.elementsEqual(reference.id.text.utf8): resources.append(resource)
                case .resource: missing("the answer is another resource than the one asked for")
                case .issue(let issue)?: issues.append(issue)
                case nil: missing("the answer is broken")
                }
            case .success(let answer) where answer.status >= 500: later = answer.reason
            case .success(let answer) where answer.status == 403: missing("not shared (403)")
            case .success(let answer) where answer.status == 404 || answer.status == 410: missing("not found (\(answer.status))")
            case .success(let answer): missing(answer.reason)
            }
        }
        try await landing.land(resources, issues, leg: leg, from: before)
        return later
    }

    private func answers(_ references: [Reference]) async throws -> [(Reference, Result<HTTPAnswer, Stop>)] {
        await withTaskGroup(of: (Int, Result<HTTPAnswer, Stop>).self) { group in
            var answers = [Result<HTTPAnswer, Stop>?](repeating: nil, count: references.count)
            var started = 0
            func start() {
                guard started < references.count, let address = base.appending(references[started].text) else { return }
                group.addTask { [started, requests, access] in
                    do throws(Stop) { return (started, .success(try await requests.get(address, access: access))) } catch {
                        return (started, .failure(error))
                    }
                }
                started += 1
            }
            for _ in 0..<max(1, settings.requests) { start() }
            while let (index, answer) = await group.next() {
                answers[index] = answer
                start()
            }
            return zip(references, answers).compactMap { reference, answer in answer.map { (reference, $0) } }
        }
    }
}
