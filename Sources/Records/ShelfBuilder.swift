import Exchange
import FHIR
import NIOCore

/// Sets resources side by side as a Bundle's entries.
struct ShelfBuilder {
    private let type: ResourceType
    private let front: [UInt8]
    private var entries: ByteBuffer
    private var rows: [Shelf.Row] = []
    private var mayHaveLabels = false
    private var state = ShelfState.empty

    static let back: StaticString = #","search":{"mode":"match"}}"#
    static let includedBack: StaticString = #","search":{"mode":"include"}}"#

    /// `base` is the FHIR base without a trailing slash, the front of each `fullUrl`.
    init(_ type: ResourceType, base: String, capacity: Int = 0) {
        self.type = type
        front = Array(#",{"fullUrl":"\#(base)/\#(type.name)/"#.utf8)
        entries = ByteBufferAllocator().buffer(capacity: capacity)
    }

    mutating func open(_ state: ShelfState) {
        self.state = state
        rows.reserveCapacity(state.count)
        entries.reserveCapacity(state.count * 1200)
    }

    mutating func append(_ resource: StoredResource) {
        let start = entries.writerIndex
        entries.writeBytes(front)
        let idStart = entries.writerIndex
        entries.writeBytes(resource.id)
        entries.writeStaticString(#"","resource":"#)
        let bodyStart = entries.writerIndex
        entries.writeBytes(resource.body)
        let bodyEnd = entries.writerIndex
        entries.writeStaticString(Self.back)
        if !mayHaveLabels { mayHaveLabels = SecurityLabel.mayStand(in: resource.body) }
        rows.append(
            Shelf.Row(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: entries.writerIndex),
                bodyStart: UInt32(truncatingIfNeeded: bodyStart), bodyEnd: UInt32(truncatingIfNeeded: bodyEnd),
                idStart: UInt32(truncatingIfNeeded: idStart), idLength: UInt8(truncatingIfNeeded: resource.id.count),
                version: resource.version, lastUpdated: resource.lastUpdated))
    }

    consuming func finish() -> Shelf {
        Shelf(type: type, state: state, entries: entries, rows: rows, mayHaveLabels: mayHaveLabels)
    }
}
