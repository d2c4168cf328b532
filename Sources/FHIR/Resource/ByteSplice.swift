/// Changes to a run of bytes, made in one pass: each replaces a range of the source; the rest is copied as it is.
package struct ByteSplice {
    private var changes: [(range: Range<Int>, bytes: [UInt8])] = []

    package init() {}

    package var isEmpty: Bool { changes.isEmpty }

    package mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) { changes.append((range, bytes)) }

    package func apply(to source: UnsafeRawBufferPointer) -> [UInt8] {
        let ordered = changes.sorted { $0.range.lowerBound < $1.range.lowerBound }
        var out: [UInt8] = []
        out.reserveCapacity(source.count + ordered.reduce(0) { $0 + $1.bytes.count })
        var at = 0
        for change in ordered {
            out.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[at..<change.range.lowerBound]))
            out.append(contentsOf: change.bytes)
            at = change.range.upperBound
        }
        out.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[at..<source.count]))
        return out
    }
}
