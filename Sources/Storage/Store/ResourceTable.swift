import Exchange
import FHIR

/// Where a resource stands among the rows.
struct ResourceRow: Hashable {
    /// The compartment's number; 0 is the plan's shared one.
    let member: Int64
    let type: ResourceType
    let id: String
}

/// The tables of clinical data as a writer of batches sees them, inside a transaction that the caller holds: what has been written is seen at
/// once, and is in the tables when the batch has been flushed.
protocol ResourceTable: AnyObject {
    /// Of how many resources it likes to be told at once.
    var step: Int { get }
    /// What follows is about these, in this order; an engine may look up in one question what they will ask for, or do in another order what they
    /// will bring. `owners` are the members that are known already.
    func prepare(for batch: ArraySlice<PreparedResource>, owners: [Int64?]) throws

    /// The compartment of this Patient; nil when none of its record has come.
    func member(ofPatient id: String) throws -> Int64?
    func addMember(ofPatient id: String) throws -> Int64

    /// Where the resource with this number stands in the plan; nil also when it was removed.
    func place(of key: Int64) throws -> Int64?
    /// True when the plan never had such a resource.
    func takePlace(_ key: Int64, _ member: Int64) throws -> Bool
    func movePlace(_ key: Int64, to member: Int64) throws
    /// What stood there is removed; its last version is remembered, so that one that comes again is not taken for it.
    func removePlace(_ key: Int64, _ member: Int64, version: Int64) throws
    /// A removed resource is there again. Answers the last version that was removed, 0 when none was.
    func returnPlace(_ key: Int64, _ member: Int64) throws -> Int64

    func find(_ row: ResourceRow) throws -> StoredVersion?
    /// `body` is lent until it returns.
    func insert(_ row: ResourceRow, version: Int64, updatedAt: Int64, digest: PreparedResource.Digest, body: UnsafeRawBufferPointer) throws
    func update(_ row: ResourceRow, version: Int64, updatedAt: Int64, digest: PreparedResource.Digest, body: [UInt8]) throws
    /// The version that was removed; nil when there was none.
    func remove(_ row: ResourceRow) throws -> Int64?

    /// Adds to a shelf's count and gives the shelf its next version.
    func count(_ gained: Int64, member: Int64, type: ResourceType) throws
    /// Clinical data has changed.
    func noteChange() throws

    /// All of it is in the tables, and nothing of those for which it was prepared and that have not come.
    func flush() throws
    /// Nothing of what was written since the last `flush` is in the tables.
    func forget()
}

/// What is known of a stored resource without reading it.
struct StoredVersion {
    let version: Int64
    let isSame: (PreparedResource.Digest) -> Bool
}
