import Crypto
package import FHIR

/// A resource ready to be kept: read and proven, so that a store only has to insert bytes.
package struct PreparedResource: Sendable {
    package let type: ResourceType
    package let id: ResourceID
    package let owner: IncomingResource.Owner
    /// SHA-256 of the bytes as they arrived, its first 16 bytes: the same again changes nothing.
    package let digest: [UInt8]
    /// `type` and `id` as a number.
    package let key: Int64
    /// The bytes as they arrived, and where `meta` goes in them.
    private let source: [UInt8]
    private let meta: MetaSplice
    /// The first version's bytes, whose time is still to be written, and where that stands.
    private let first: (body: [UInt8], timeAt: Int)
    /// Identifiers (`system|value`) under which a conditional reference may ask for it; plan-owned types only.
    package let identifiers: [String]
    /// The roster line a Patient amounts to.
    package let roster: RosterEntry?
    /// The same import brought a resource of this type and id before, as far as it remembers.
    package var isRepeat = false

    /// `resource` is a parsed resource.
    package init(_ resource: JSONValue, fallbackID: ResourceID? = nil) throws(ResourceProblem) {
        let incoming = try IncomingResource(resource, fallbackID: fallbackID)
        type = incoming.type
        id = incoming.id
        owner = incoming.owner
        meta = incoming.meta
        source = Array(incoming.source)
        key = ResourceKey.number(incoming.type, incoming.id.text)
        first = incoming.meta.writeFirst(incoming.source)
        var hash = SHA256()
        hash.update(bufferPointer: incoming.source)
        digest = Array(hash.finalize().prefix(16))
        identifiers = incoming.owner == .plan ? Self.identifiers(of: resource) : []
        roster = incoming.type == .patient ? RosterEntry(patient: resource, id: incoming.id) : nil
    }

    /// How many bytes arrived.
    package var size: Int { source.count }

    /// The first version, made when the resource was prepared; only the time, 24 characters, is put in here.
    package func firstBody(lastUpdated: [UInt8]) -> [UInt8] {
        var body = first.body
        body.replaceSubrange(first.timeAt..<first.timeAt + lastUpdated.count, with: lastUpdated)
        return body
    }

    package func body(version: Int, lastUpdated: [UInt8]) -> [UInt8] {
        source.withUnsafeBytes { meta.write($0, version: version, lastUpdated: lastUpdated) }
    }

    private static func identifiers(of resource: JSONValue) -> [String] {
        var found: [String] = []
        resource["identifier"]?.forEachElement { identifier in
            if let value = identifier["value"]?.string { found.append("\(identifier["system"]?.string ?? "")|\(value)") }
        }
        return found
    }
}

/// What became of one resource of a batch.
package enum ImportOutcome: Sendable, Equatable {
    case added, updated, unchanged
    /// It stood before in the same import with other content; the first was kept.
    case repeated
    case refused(String)
}

package protocol ImportStore: Sendable {
    /// Keeps a batch in one transaction; a resource that cannot be kept is refused alone. Answers in the order of the batch.
    /// Blocks until the batch is durable: an import has a thread of its own.
    func keep(_ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> [ImportOutcome]
    /// Every identifier of the plan-owned resources: `Type?system|value` to id.
    func sharedIdentifiers(plan: Key<Plan>) throws(Refusal) -> [String: ResourceID]
}
