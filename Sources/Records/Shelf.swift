import Exchange
package import FHIR
import Foundation
package import NIOCore
import Synchronization

/// All resources of one type in one compartment, as a Bundle's entries would carry them, in the order of their ids.
///
/// Nothing in it changes; what the store keeps later makes another shelf. Answers are slices of `entries`, sent as they are.
package final class Shelf: Sendable {
    package struct Row: Sendable {
        /// Where the entry begins, at the comma before it, and where it ends.
        let start: UInt32
        let end: UInt32
        let bodyStart: UInt32
        let bodyEnd: UInt32
        let idStart: UInt32
        let idLength: UInt8
        package let version: Int
        package let lastUpdated: Timestamp
    }

    package let type: ResourceType
    let state: ShelfState
    let entries: ByteBuffer
    package let rows: [Row]
    /// Some resource may carry a security label.
    let mayHaveLabels: Bool
    /// Made when a condition first asks for them.
    private let made = Mutex<Columns?>(nil)
    /// What the plan says of having sent all of it; made when it is first asked for.
    private let transmission = Mutex<Shelf?>(nil)
    /// Of a shelf of stored Provenances: those and the transmissions' together, and which these were.
    private let joined = Mutex<(transmissions: [Shelf], all: Shelf)?>(nil)
    /// What has been made of it since, in bytes.
    private let madeSize = Atomic(0)
    /// The rows that the policy lets go that was last asked for, on the day it was asked.
    private let released = Mutex<(policy: ReleasePolicy, day: Int64, rows: Bitmap?)?>(nil)

    init(type: ResourceType, state: ShelfState, entries: ByteBuffer, rows: [Row], mayHaveLabels: Bool) {
        (self.type, self.state, self.entries, self.rows, self.mayHaveLabels) = (type, state, entries, rows, mayHaveLabels)
    }

    /// About how much memory it takes, with what has been made of it.
    var size: Int { entries.capacity + rows.capacity * MemoryLayout<Row>.stride + madeSize.load(ordering: .relaxed) + 1024 }

    // MARK: Rows

    func withBytes<T>(_ range: Range<UInt32>, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try entries.withUnsafeReadableBytes {
            try body(UnsafeRawBufferPointer(rebasing: $0[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
    }

    package func withID<T>(_ row: Int, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        let row = rows[row]
        return try withBytes(row.idStart..<row.idStart + UInt32(row.idLength), body)
    }

    package func id(_ row: Int) -> String { withID(row) { String(decoding: $0, as: UTF8.self) } }

    package func withBody<T>(_ row: Int, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try withBytes(rows[row].bodyStart..<rows[row].bodyEnd, body)
    }

    /// The resource alone.
    package func body(_ row: Int) -> ByteBuffer { slice(rows[row].bodyStart, rows[row].bodyEnd) }

    func slice(_ start: UInt32, _ end: UInt32) -> ByteBuffer {
        entries.getSlice(at: entries.readerIndex + Int(start), length: Int(end - start)) ?? ByteBuffer()
    }

    /// The first row whose id does not come before this one.
    private func lowerBound(_ id: UnsafeRawBufferPointer) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if withID(middle, { $0.precedes(id) }) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where a page goes on that ended with this id, whether it is still there or not.
    func firstRow(after id: String) -> Int {
        Self.withBytes(of: id.utf8) { id in
            let row = lowerBound(id)
            return row < rows.count && withID(row) { $0.isSame(as: id) } ? row + 1 : row
        }
    }

    package func row(of id: some Collection<UInt8>) -> Int? {
        Self.withBytes(of: id) { id in
            let row = lowerBound(id)
            return row < rows.count && withID(row) { $0.isSame(as: id) } ? row : nil
        }
    }

    private static func withBytes<T>(of id: some Collection<UInt8>, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        id.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) } ?? Array(id).withUnsafeBytes(body)
    }

    // MARK: What is known of the rows

    func columns() throws -> Columns {
        if let known = made.withLock({ $0 }) { return known }
        let columns = Columns(try build())
        made.withLock { known in
            if known == nil { madeSize.add(columns.size, ordering: .relaxed) }
            known = columns
        }
        return columns
    }

    /// The transmission's Provenance of all of it.
    func transmission(_ make: () -> Shelf) -> Shelf {
        if let known = transmission.withLock({ $0 }) { return known }
        let shelf = make()
        transmission.withLock { known in
            if known == nil { madeSize.add(shelf.size, ordering: .relaxed) }
            known = shelf
        }
        return shelf
    }

    /// This shelf and these, as one.
    func joined(with transmissions: [Shelf], _ make: () -> Shelf) -> Shelf {
        if let known = joined.withLock({ $0 }), known.transmissions.elementsEqual(transmissions, by: ===) { return known.all }
        let all = make()
        joined.withLock { known in
            madeSize.add(all.size - (known?.all.size ?? 0), ordering: .relaxed)
            known = (transmissions, all)
        }
        return all
    }

    private func build() throws -> ColumnsBuilder {
        var builder = ColumnsBuilder(type)
        let parser = JSONParser()
        for row in rows.indices { try withBody(row) { builder.append(try parser.parse($0)) } }
        return builder
    }

    /// The rows this policy lets go; nil for all.
    func released(by policy: ReleasePolicy, at now: Timestamp) throws -> Bitmap? {
        guard mayHaveLabels || policy.serviceYears != nil else { return nil }
        let day = now.milliseconds.flooredQuotient(by: 86_400_000)
        if let known = released.withLock({ $0 }), known.day == day, known.policy == policy { return known.rows }
        let dates = try columns().serviceDates
        let parser = JSONParser()
        var kept = Bitmap(count: rows.count)
        for row in rows.indices {
            let labels = try withBody(row) { bytes in
                mayHaveLabels && SecurityLabel.mayStand(in: bytes) ? SecurityLabel.all(of: try parser.parse(bytes)) : []
            }
            let facts = ReleasePolicy.Facts(type: type, labels: labels, serviceDate: dates[row])
            if policy.verdict(on: facts, at: now) == .released { kept.insert(row) }
        }
        let all = kept.population == rows.count ? nil : kept
        released.withLock { $0 = (policy, day, all) }
        return all
    }
}
