import FHIR

/// One page of a search, read: the lines to write, what was left out and why, and where the next page is.
struct SearchPage: Sendable {
    var lines: [UInt8] = []
    var count = 0
    var duplicates = 0
    var rejected: [(id: String, reason: String)] = []
    var next: String?
    var total: Int?

    /// Why an answer cannot be taken as a page.
    struct Unreadable: Error { let reason: String }

    /// Ids that are new are added to `ids`; those that are there already are counted as duplicates.
    init(_ body: [UInt8], type: ResourceType, patient: String, limit: Int, ids: inout Set<String>) throws(Unreadable) {
        let parser = JSONParser()
        do {
            try parser.withDocument(body) { root in try read(root, type, patient, limit, &ids) }
        } catch let unreadable as Unreadable {
            throw unreadable
        } catch let problem as JSONProblem {
            throw Unreadable(reason: "an answer is broken: \(problem.explanation)")
        } catch {
            throw Unreadable(reason: "an answer is broken")
        }
    }

    private mutating func read(_ root: JSONValue, _ type: ResourceType, _ patient: String, _ limit: Int, _ ids: inout Set<String>) throws {
        guard root["resourceType"]?.isText("Bundle") == true else { throw Unreadable(reason: "an answer is not a Bundle") }
        total = root["total"]?.int
        root["link"]?.forEachElement { link in
            if link["relation"]?.isText("next") == true { next = link["url"]?.string }
        }
        root["entry"]?.forEachElement { entry in
            guard let resource = entry["resource"] else { return }
            let mode = entry["search"]?["mode"]
            // Included resources are fetched on their own way (their type's search, or by reference); an outcome is no record.
            if mode?.isText("include") == true, resource["resourceType"]?.string != type.name { return }
            if mode?.isText("outcome") == true || resource["resourceType"]?.isText("OperationOutcome") == true { return }
            do throws(ResourceLine.Rejection) {
                let id = try ResourceLine.check(resource, type: type, patient: patient, limit: limit)
                guard ids.insert(id).inserted else {
                    duplicates += 1
                    return
                }
                ResourceLine.append(resource.bytes, to: &lines)
                count += 1
            } catch {
                rejected.append((PlainText.shown(resource["id"], limit: 64) ?? "", error.reason))
            }
        }
    }
}
