package import FHIR

/// A stored version of a resource; `id` and `body` are lent for the length of a call.
package struct StoredResource {
    package let id: UnsafeRawBufferPointer
    package let version: Int
    package let lastUpdated: Timestamp
    package let body: UnsafeRawBufferPointer

    package init(id: UnsafeRawBufferPointer, version: Int, lastUpdated: Timestamp, body: UnsafeRawBufferPointer) {
        (self.id, self.version, self.lastUpdated, self.body) = (id, version, lastUpdated, body)
    }
}

/// What a search found, known before the first body is read.
package struct SearchSummary: Sendable, Equatable {
    package let total: Int
    /// Resources that this page will carry.
    package let pageCount: Int
    /// The id after which the next page goes on; nil on the last.
    package let next: String?

    package init(total: Int, pageCount: Int, next: String?) { (self.total, self.pageCount, self.next) = (total, pageCount, next) }
}

/// Clinical data, read inside one compartment. Types that belong to no member come from the plan's shared compartment.
///
/// The calls are synchronous and bounded by one member's data: they run where the request runs.
package protocol ClinicalStore: Sendable {
    /// The current version, or nil when this compartment has none of this id, or the restriction of a granular scope hides it.
    func read<T>(
        _ type: ResourceType, id: String, in compartment: Compartment, within restriction: [[SearchClause]]?, _ body: (StoredResource) -> T
    ) throws(Refusal) -> T?
    /// First `opening` with the summary, then `each` resource of the page in the order of ids.
    func search(
        _ query: SearchQuery, in compartment: Compartment, after: String?, opening: (SearchSummary) -> Void, each: (StoredResource) -> Void
    ) throws(Refusal)
    /// How many of each type the compartment holds itself; the shared ones are not counted.
    func counts(in compartment: Compartment) throws(Refusal) -> [ResourceType: Int]
}
