import Exchange
import FHIR

/// One page of a Bundle, judged entry by entry.
struct BundlePage: Sendable {
    private(set) var resources: [StagedResource] = []
    private(set) var issues: [TransferIssue] = []
    private(set) var next: String?
    private(set) var total: Int?

    /// Why an answer cannot be taken as a page.
    struct Unreadable: Error { let reason: String }

    /// `type`: what was searched for; nil when any type may come.
    init(_ body: [UInt8], type: ResourceType?, patient: String, limit: Int) throws(Unreadable) {
        do {
            try JSONParser().withDocument(body) { root in try read(root, type, patient, limit) }
        } catch let unreadable as Unreadable {
            throw unreadable
        } catch let problem as JSONProblem {
            throw Unreadable(reason: "an answer is broken: \(problem.explanation)")
        } catch {
            throw Unreadable(reason: "an answer is broken")
        }
    }

    private mutating func read(_ root: JSONValue, _ type: ResourceType?, _ patient: String, _ limit: Int) throws {
        guard root["resourceType"]?.isText("Bundle") == true else { throw Unreadable(reason: "an answer is not a Bundle") }
        total = root["total"]?.int
        root["link"]?.forEachElement { link in
            if link["relation"]?.isText("next") == true { next = link["url"]?.string }
        }
        var place = 0
        root["entry"]?.forEachElement { entry in
            place += 1
            guard let resource = entry["resource"] else {
                if entry.isObject { return }
                issues.append(TransferIssue(.quarantined, type: "", id: "entry \(place)", reason: "it is no entry of a Bundle"))
                return
            }
            let mode = entry["search"]?["mode"]
            if mode?.isText("outcome") == true || resource["resourceType"]?.isText("OperationOutcome") == true { return }
            // What a search includes comes on its own way too; here it is as welcome as what was asked for.
            let expected = mode?.isText("include") == true ? nil : type
            switch ReceivedEntry(resource, expected: expected, patient: patient, limit: limit) {
            case .resource(let resource): resources.append(resource)
            case .issue(let issue): issues.append(issue)
            }
        }
    }
}
