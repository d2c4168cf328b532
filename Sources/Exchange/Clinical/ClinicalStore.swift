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

/// How many resources of one type a compartment holds, and a number that grows with every change of them.
package struct ShelfState: Sendable, Equatable {
    package let version: Int64
    package let count: Int

    package init(version: Int64, count: Int) { (self.version, self.count) = (version, count) }

    package static let empty = ShelfState(version: 0, count: 0)
}

/// Clinical data, read inside one compartment. Types that belong to no member come from the plan's shared compartment.
///
/// The calls are synchronous and bounded by one member's data: they run where the request runs.
package protocol ClinicalStore: Sendable {
    /// Whether a call waits for another machine. Then it is made where waiting holds up nobody else, never on an event loop.
    var waits: Bool { get }
    /// A number that changes whenever any clinical data does. What this process changes shows at once, what another does within 5 ms, or
    /// 50 ms where a call waits.
    func changeMark() throws(Refusal) -> Int64
    /// The same when it is known without asking.
    func knownChangeMark() -> Int64?
    /// The current version, or nil when this compartment has none of this id.
    func read<T>(_ type: ResourceType, id: String, in compartment: Compartment, _ body: (StoredResource) throws -> T) throws -> T?
    /// First the state, then each resource of the type in the order of ids, all of one moment.
    func load(
        _ type: ResourceType, in compartment: Compartment, opening: (ShelfState) throws -> Void, each: (StoredResource) throws -> Void
    ) throws
    func state(of type: ResourceType, in compartment: Compartment) throws(Refusal) -> ShelfState
    /// How many of each type the compartment holds itself; the shared ones are not counted.
    func counts(in compartment: Compartment) throws(Refusal) -> [ResourceType: Int]
}
