package import FHIR

/// What takes the documents of files one after another.
package protocol DocumentTaker: AnyObject {
    /// One JSON document: a resource, a Bundle, or what the taker knows besides.
    func add(_ bytes: UnsafeRawBufferPointer, place: ImportPlace)
    /// Something wrong with a file itself.
    func note(_ reason: String, place: ImportPlace)
}

/// Removes resources of a plan by type and id, whichever member they belong to.
package protocol DeletionStore: Sendable {
    /// Those that were there; what is not there is passed over, so that the same list may come again.
    func delete(_ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Int
}

/// The resources that a nightly load takes away, from lists that name them: lines `{"resourceType": ..., "id": ...}`, or the `deleted` files of
/// a bulk export, whose lines are transaction Bundles of DELETE entries (Bulk Data Access IG, Export, `deleted`).
package final class DeletionList: DocumentTaker {
    private let parser = JSONParser()
    private let store: any DeletionStore
    private let plan: Key<Plan>
    private let world: World
    private var batch: [(type: ResourceType, id: ResourceID)] = []
    private var failure: Refusal?
    package private(set) var problems = ImportProblems()
    /// How many were named, and how many of them were there.
    package private(set) var named = 0
    package private(set) var deleted = 0

    private static let batchCount = 4000

    package init(store: any DeletionStore, plan: Key<Plan>, world: World) { (self.store, self.plan, self.world) = (store, plan, world) }

    package func add(_ bytes: UnsafeRawBufferPointer, place: ImportPlace) {
        do {
            try parser.withDocument(bytes) { document in
                if document["resourceType"]?.isText("Bundle") == true {
                    addEntries(of: document, place: place)
                } else if let type = document["resourceType"]?.string, let id = document["id"]?.string {
                    add(type, id, place: place)
                } else {
                    note(#"This names no resource. Write {"resourceType": "Observation", "id": "..."}."#, place: place)
                }
            }
        } catch { note((error as? JSONProblem)?.explanation ?? "It could not be read.", place: place) }
    }

    private func addEntries(of bundle: JSONValue, place: ImportPlace) {
        var number = 0
        bundle["entry"]?.forEachElement { entry in
            number += 1
            let place = place.entry(number)
            guard entry["request"]?["method"]?.isText("DELETE") == true, let url = entry["request"]?["url"]?.string else {
                return note("The entry does not delete; a list of deletions holds nothing else.", place: place)
            }
            let parts = url.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                return note("The entry's request.url must be a type and an id, such as Observation/o1.", place: place)
            }
            add(parts[0], parts[1], place: place)
        }
    }

    private func add(_ type: String, _ id: String, place: ImportPlace) {
        guard let known = ResourceType(type) else { return note("\(type.prefix(60)) is not a resource type of FHIR R4.", place: place) }
        guard let legal = ResourceID(id) else { return note("The id is none: 1 to 64 letters, digits, '-' and '.'.", place: place) }
        named += 1
        batch.append((known, legal))
        if batch.count >= Self.batchCount { flush() }
    }

    package func note(_ reason: String, place: ImportPlace) { problems.append(.init(place: place, reason: reason)) }

    private func flush() {
        guard failure == nil, !batch.isEmpty else { return }
        do throws(Refusal) { deleted += try store.delete(batch, plan: plan, at: world.now()) } catch { failure = error }
        batch.removeAll(keepingCapacity: true)
    }

    /// Takes away what is left. Throws when the store failed; what was taken away before that stays so.
    package func finish() throws(Refusal) {
        flush()
        if let failure { throw failure }
    }
}
