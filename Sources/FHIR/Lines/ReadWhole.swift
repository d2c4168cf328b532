/// A small file's bytes, unpacked when its name ends in `.gz` or `.zst`; over `limit` bytes (unpacked) it throws `tooLarge`.
package func readWhole(path: String, limit: Int) throws(LineProblem) -> [UInt8] {
    let file = try FileBytes(path: path)
    var bytes: [UInt8] = []
    while true {
        let piece = try file.next(256 << 10)
        if piece.isEmpty { return bytes }
        guard piece.count <= limit - bytes.count else { throw .tooLarge(path: path, limit: limit) }
        bytes += piece
    }
}
