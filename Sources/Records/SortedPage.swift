import FHIR

/// A page of hits in the order of `_sort`, then of ids. Resources without a value come last, whichever way it is sorted.
struct SortedPage {
    /// A value to sort by; of several the smallest, or going down the largest, counts (FHIR R4 search §3.1.1.5.1).
    private enum Key: Comparable {
        case number(Double)
        case text([UInt8])
        case missing

        static func < (a: Key, b: Key) -> Bool {
            switch (a, b) {
            case (.missing, _): false
            case (_, .missing): true
            case (.number(let a), .number(let b)): a < b
            case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
            case (.number, .text): true
            case (.text, .number): false
            }
        }

        /// For a page link: one letter, then the value in hex.
        var written: String {
            switch self {
            case .number(let value): "n" + String(value.bitPattern, radix: 16)
            case .text(let bytes): "t" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            case .missing: "m"
            }
        }

        init?(_ text: Substring) {
            switch text.first {
            case "m": self = .missing
            case "n":
                guard let pattern = UInt64(text.dropFirst(), radix: 16) else { return nil }
                self = .number(Double(bitPattern: pattern))
            case "t":
                let digits = Array(text.dropFirst().utf8)
                guard digits.count % 2 == 0 else { return nil }
                var bytes: [UInt8] = []
                for index in stride(from: 0, to: digits.count, by: 2) {
                    guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else { return nil }
                    bytes.append(byte)
                }
                self = .text(bytes)
            default: return nil
            }
        }
    }

    private let order: [SearchOrder]
    private let shelf: Shelf
    /// By key of the order, then by row; nil for a row without a value.
    private var keys: [[Key]] = []

    init(_ order: [SearchOrder], _ shelf: Shelf) throws {
        (self.order, self.shelf) = (order, shelf)
        for item in order { keys.append(try Self.keys(item, shelf)) }
    }

    func page(_ hits: Bitmap, limit: Int, after: String?) -> ([Int], String?) {
        var rows: [Int] = []
        hits.forEach {
            rows.append($0)
            return true
        }
        rows.sort { comesBefore($0, $1) }
        var start = 0
        if let after, let place = Place(after, order.count) {
            start = rows.firstIndex { isAfter($0, place) } ?? rows.count
        }
        let end = min(rows.count, start + limit)
        let next = limit > 0 && end < rows.count ? place(of: rows[end - 1]) : nil
        return (Array(rows[start..<end]), next)
    }

    private func comesBefore(_ a: Int, _ b: Int) -> Bool {
        for (index, item) in order.enumerated() {
            switch compare(keys[index][a], keys[index][b], item) {
            case 0: continue
            case let sign: return sign < 0
            }
        }
        // Rows stand in the order of ids.
        return a < b
    }

    private func compare(_ a: Key, _ b: Key, _ item: SearchOrder) -> Int {
        if a == b { return 0 }
        if a == .missing || b == .missing { return b == .missing ? -1 : 1 }
        return (a < b) != item.isDescending ? -1 : 1
    }

    // MARK: Places

    private struct Place {
        let keys: [Key]
        let id: String

        init?(_ text: String, _ count: Int) {
            let parts = text.split(separator: ",", maxSplits: count, omittingEmptySubsequences: false)
            guard parts.count == count + 1 else { return nil }
            keys = parts.prefix(count).compactMap { Key($0) }
            id = String(parts[count])
            guard keys.count == count else { return nil }
        }
    }

    private func place(of row: Int) -> String { (keys.map { $0[row].written } + [shelf.id(row)]).joined(separator: ",") }

    private func isAfter(_ row: Int, _ place: Place) -> Bool {
        for (index, item) in order.enumerated() {
            switch compare(keys[index][row], place.keys[index], item) {
            case 0: continue
            case let sign: return sign > 0
            }
        }
        return shelf.withID(row) { place.id.utf8.lexicographicallyPrecedes($0) }
    }

    // MARK: Keys

    private static func keys(_ item: SearchOrder, _ shelf: Shelf) throws -> [Key] {
        let rows = shelf.rows
        switch item.key {
        case .id: return rows.indices.map { .text(shelf.withID($0) { Array($0) }) }
        case .lastUpdated: return rows.map { .number(Double($0.lastUpdated.milliseconds)) }
        case .parameter(let number):
            let columns = try shelf.columns()
            let pool = columns.pool
            var keys = [Key](repeating: .missing, count: rows.count)
            func offer(_ row: UInt32, _ key: Key) {
                let row = Int(row)
                if keys[row] == .missing || (key < keys[row]) != item.isDescending && key != keys[row] { keys[row] = key }
            }
            func text(_ ref: TextPool.Ref) -> Key { .text(pool.withBytes(ref) { Array($0) }) }
            for entry in columns.tokens[number] { offer(entry.row, text(entry.code)) }
            for entry in columns.strings[number] { offer(entry.row, text(entry.folded)) }
            for entry in columns.references[number] { offer(entry.row, text(entry.whole)) }
            for entry in columns.uris[number] { offer(entry.row, text(entry.text)) }
            for entry in columns.quantities[number] { offer(entry.row, .number(item.isDescending ? entry.high : entry.low)) }
            for entry in columns.dates[number] {
                offer(entry.row, .number(Double(item.isDescending ? entry.range.high : entry.range.low)))
            }
            return keys
        }
    }
}
