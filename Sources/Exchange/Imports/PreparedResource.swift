import Crypto
package import FHIR

/// A resource ready to be kept: read and proven, so that a store only has to insert bytes.
package struct PreparedResource: Sendable {
    package let type: ResourceType
    package let id: ResourceID
    package let owner: IncomingResource.Owner
    /// SHA-256 of the bytes as they arrived: the same again changes nothing.
    package let digest: Digest
    /// `type` and `id` as a number.
    package let key: Int64
    /// The first version's bytes, whose time is still to be written.
    private let first: FirstVersion
    private let more: More?
    /// The same import brought a resource of this type and id before, as far as it remembers.
    package var isRepeat = false

    /// What few resources have: most are spared its copying.
    private final class More: Sendable {
        let identifiers: [String]
        let roster: RosterEntry?

        init(_ identifiers: [String], _ roster: RosterEntry?) { (self.identifiers, self.roster) = (identifiers, roster) }
    }

    /// `resource` is a parsed resource; `rooms` holds what is made of its bytes.
    package init(_ resource: JSONValue, fallbackID: ResourceID? = nil, in rooms: inout ByteRooms) throws(ResourceProblem) {
        let incoming = try IncomingResource(resource, fallbackID: fallbackID)
        self.init(incoming, resource, incoming.meta.writeFirst(incoming.source, into: &rooms), isRosterLine: true)
    }

    package init(_ resource: JSONValue, fallbackID: ResourceID? = nil) throws(ResourceProblem) {
        let incoming = try IncomingResource(resource, fallbackID: fallbackID)
        self.init(incoming, resource, incoming.meta.writeFirst(incoming.source), isRosterLine: true)
    }

    /// A resource that another plan sent for this member: it goes into this compartment whatever it says, and adds no line to the roster.
    package init(received resource: JSONValue, of patientID: ResourceID) throws(ResourceProblem) {
        let incoming = try IncomingResource(received: resource, of: patientID)
        self.init(incoming, resource, incoming.meta.writeFirst(incoming.source), isRosterLine: false)
    }

    private init(_ incoming: IncomingResource, _ resource: JSONValue, _ first: FirstVersion, isRosterLine: Bool) {
        type = incoming.type
        id = incoming.id
        owner = incoming.owner
        key = ResourceKey.number(incoming.type, incoming.id.text)
        self.first = first
        var hash = SHA256()
        hash.update(bufferPointer: incoming.source)
        digest = hash.finalize().withUnsafeBytes { Digest($0) }
        let identifiers = incoming.owner == .plan ? Self.identifiers(of: resource) : []
        let roster = isRosterLine && incoming.type == .patient ? RosterEntry(patient: resource, id: incoming.id) : nil
        more = identifiers.isEmpty && roster == nil ? nil : More(identifiers, roster)
    }

    /// Identifiers (`system|value`) under which a conditional reference may ask for it; plan-owned types only.
    package var identifiers: [String] { more?.identifiers ?? [] }

    /// The roster line a Patient amounts to.
    package var roster: RosterEntry? { more?.roster }

    /// How many bytes there are to keep.
    package var size: Int { first.count }

    /// Lends the first version's bytes; for one thread at a time.
    package func withFirst<T>(lastUpdated: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try first.withBytes(lastUpdated: lastUpdated, body)
    }

    package func body(version: Int, lastUpdated: [UInt8]) -> [UInt8] { first.body(version: version, lastUpdated: lastUpdated) }

    /// The first 16 bytes of a SHA-256.
    package struct Digest: Sendable, Equatable {
        private let halves: (UInt64, UInt64)

        init(_ bytes: UnsafeRawBufferPointer) {
            halves = (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }

        package func withUnsafeBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            try Swift.withUnsafeBytes(of: halves, body)
        }

        package static func == (a: Digest, b: Digest) -> Bool { a.halves == b.halves }
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

/// How a store likes the resources of an import.
package struct ImportBatches: Sendable {
    /// How many batches are kept beside each other.
    package let atOnce: Int
    /// A batch is full at this many resources, or bytes of them.
    package let resources: Int, bytes: Int
    /// How many batches that wait are kept as one.
    package let joined: Int
    /// How many milliseconds of each turn (`ImportPace.turn`) an import works while records are read.
    package let besideReads: Int64

    package init(atOnce: Int, resources: Int, bytes: Int, joined: Int = 1, besideReads: Int64 = 8) {
        (self.atOnce, self.resources, self.bytes, self.joined, self.besideReads) = (atOnce, resources, bytes, joined, besideReads)
    }

    /// How many are submitted and not kept yet, at most: those that are being kept, and half as many that wait. Whoever prepares holds one more.
    package var outstanding: Int { atOnce * joined + joined / 2 }
}

package protocol ImportStore: Sendable {
    /// Keeps batches that came one after the other, in as few transactions as others who write leave it; a resource that cannot be kept is refused
    /// alone. Answers in the order in which they came. What fails has kept nothing of its transaction, and maybe those before it.
    /// Blocks until the batch is committed, so that the end of the process does not lose it: an import has threads of its own. They rest as
    /// `pace` says.
    func keep(
        _ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, turn: BatchTurn, pace: ImportPace
    ) throws(Refusal) -> [ImportOutcome]
    /// How it likes the batches of an import.
    var batches: ImportBatches { get }
    /// Blocks until all batches would survive a power cut, and makes reads quick again. At the end of an import.
    func settle() throws(Refusal)
    /// Every identifier of the plan-owned resources: `Type?system|value` to id.
    func sharedIdentifiers(plan: Key<Plan>) throws(Refusal) -> [String: ResourceID]
}

extension ImportStore {
    /// The same without rests; for a batch that is alone, when `turn` is not given.
    package func keep(
        _ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, turn: BatchTurn = BatchTurn()
    ) throws(Refusal) -> [ImportOutcome] {
        try keep(batch, plan: plan, at: now, turn: turn, pace: .full)
    }
}
