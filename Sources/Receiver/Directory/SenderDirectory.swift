import FHIR

/// Reads a directory of sending payers: the JSON of a PayerBridge portal, or a FHIR Bundle of Organization and Endpoint.
///
/// Whoever wrote it may be mistaken or mean ill, so that its addresses are held to the network rules and its texts are made safe to show.
package struct SenderDirectory: Sendable {
    /// Why nothing of it can be used.
    package enum Problem: Error, Sendable, Equatable {
        case tooLarge
        case tooMany
        case notJSON(String)
        case unknownShape
        case notReached(String)

        package var explanation: String {
            switch self {
            case .tooLarge: "The directory is larger than \(SenderDirectory.mostBytes / 1024 / 1024) MiB."
            case .tooMany: "The directory lists more than \(SenderDirectory.mostEntries) payers or endpoints."
            case .notJSON(let words): "The directory is not JSON: \(words)"
            case .unknownShape: "This is neither a FHIR Bundle of Organization and Endpoint nor a list of plans from a PayerBridge portal."
            case .notReached(let reason): "The directory could not be fetched: \(reason)."
            }
        }
    }

    static let mostBytes = 16 * 1024 * 1024
    static let mostEntries = 10_000

    private let policy: NetworkPolicy

    /// An entry may be at any port that it names: whoever adds it registers that port.
    package init(_ policy: NetworkPolicy) {
        self.policy = policy
    }

    /// Fetches a directory that is open to all. One that asks for a sign-in is saved by a person and read from the file.
    package func fetch(_ text: String) async throws(Problem) -> DirectoryReading {
        guard let address = WebAddress(text) else { throw .notReached("\"\(PlainText.shown(text))\" is not an http or https address") }
        var options = ReceiveOptions(from: text, clientID: "", out: "")
        options.network = policy.permitting(text)
        options.limits.answerBytes = Self.mostBytes
        let courier = Courier(options)
        let outcome: Result<HTTPAnswer, Courier.Failure>
        do throws(Courier.Failure) {
            outcome = .success(try await courier.get(address, accept: "application/fhir+json, application/json;q=0.9"))
        } catch {
            outcome = .failure(error)
        }
        await courier.shutdown()
        switch outcome {
        case .success(let answer) where answer.status == 200: return try read(answer.body)
        case .success(let answer): throw .notReached(answer.reason)
        case .failure(let failure): throw .notReached(failure.reason)
        }
    }

    package func read(_ body: [UInt8]) throws(Problem) -> DirectoryReading {
        guard body.count <= Self.mostBytes else { throw .tooLarge }
        let listed: [Listed]
        var reading = DirectoryReading()
        do {
            listed = try JSONParser().withDocument(body) { root in
                if root["resourceType"]?.isText("Bundle") == true {
                    return try DirectoryBundle(root, most: Self.mostEntries).listed(&reading)
                }
                guard let plans = root["plans"], plans.isArray else { throw Problem.unknownShape }
                return try Self.plans(plans)
            }
        } catch let problem as Problem {
            throw problem
        } catch let problem as JSONProblem {
            throw .notJSON(problem.explanation)
        } catch {
            throw .unknownShape
        }
        guard listed.count <= Self.mostEntries else { throw .tooMany }
        var bases: Set<String> = []
        for one in listed {
            do throws(Unusable) {
                let entry = try checked(one)
                guard bases.insert(entry.fhirBase).inserted else { throw Unusable(reason: "is listed twice with the same address") }
                reading.entries.append(entry)
            } catch {
                reading.skipped.append(.init(name: one.shownName, reason: error.reason))
            }
        }
        return reading
    }

    /// What a directory says, before any of it was looked at.
    struct Listed {
        var name: String?
        var fhirBase: String?
        var authorize: String?
        var token: String?
        var identifiers: [DirectoryEntry.Identifier] = []

        var shownName: String {
            name.map { PlainText.shown($0, limit: 120) } ?? fhirBase.map { PlainText.shown($0, limit: 120) } ?? "an entry without a name"
        }
    }

    private struct Unusable: Error { let reason: String }

    private static func plans(_ plans: JSONValue) throws(Problem) -> [Listed] {
        guard plans.count <= mostEntries else { throw .tooMany }
        var listed: [Listed] = []
        plans.forEachElement { plan in
            listed.append(
                Listed(
                    name: plan["name"]?.string, fhirBase: plan["fhir"]?.string, authorize: plan["authorize"]?.string,
                    token: plan["token"]?.string))
        }
        return listed
    }

    private func checked(_ listed: Listed) throws(Unusable) -> DirectoryEntry {
        let name = PlainText.shown(listed.name ?? "", limit: 120)
        guard name.utf8.contains(where: { $0 > 0x20 }) else { throw Unusable(reason: "has no name") }
        guard let base = listed.fhirBase else { throw Unusable(reason: "has no FHIR address") }
        return DirectoryEntry(
            name: name, fhirBase: try address(base, "FHIR"),
            authorize: try listed.authorize.map { text throws(Unusable) in
                try address(text, "authorize")
            },
            token: try listed.token.map { text throws(Unusable) in try address(text, "token") }, identifiers: listed.identifiers)
    }

    private func address(_ text: String, _ what: String) throws(Unusable) -> String {
        guard let address = WebAddress(text), !address.text.utf8.contains(UInt8(ascii: "?")) else {
            throw Unusable(reason: "has a \(what) address that is none: \(PlainText.shown(text, limit: 120))")
        }
        do throws(NetworkPolicy.Forbidden) {
            try policy.permitting(text).check(address.origin)
        } catch {
            throw Unusable(reason: "has a \(what) address that may not be used: \(address.origin) \(error.reason)")
        }
        return address.trimmed
    }
}
