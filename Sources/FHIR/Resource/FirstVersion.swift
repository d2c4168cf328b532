/// A resource with `meta.versionId` 1 and a `meta.lastUpdated` that is still open, from which every version is written.
package struct FirstVersion: Sendable {
    package let body: [UInt8]
    /// Where the one digit of the version stands.
    let versionAt: Int
    /// Where the 24 characters of the time stand.
    let timeAt: Int

    static let open = [UInt8](repeating: UInt8(ascii: "0"), count: 24)

    /// This version with its time, in place of what `bytes` held.
    package func write(into bytes: inout [UInt8], lastUpdated: [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: body)
        bytes.replaceSubrange(timeAt..<timeAt + Self.open.count, with: lastUpdated)
    }

    package func body(version: Int, lastUpdated: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + 20)
        bytes += body[..<versionAt]
        bytes += String(version).utf8
        bytes += body[(versionAt + 1)..<timeAt]
        bytes += lastUpdated
        bytes += body[(timeAt + Self.open.count)...]
        return bytes
    }
}
