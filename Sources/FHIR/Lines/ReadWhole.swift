/// A small file's bytes, unpacked when its name ends in `.gz` or `.zst`; over `limit` bytes (unpacked) it throws `tooLarge`.
package func readWhole(path: String, limit: Int) throws(LineProblem) -> [UInt8] {
    let file = try FileBytes(path: path)
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
    defer { chunk.deallocate() }
    while true {
        let count = try file.read(into: chunk)
        if count == 0 { return bytes }
        guard count <= limit - bytes.count else { throw .tooLarge(path: path, limit: limit) }
        bytes.append(contentsOf: chunk[..<count])
    }
}
