import Testing

@testable import FHIR

@Suite("Rooms for the bytes of resources")
struct ByteRoomTests {
    private func filled(_ piece: BytePiece, with byte: UInt8) -> BytePiece {
        piece.withBytes { bytes in for index in bytes.indices { bytes[index] = byte } }
        return piece
    }

    private func bytes(_ piece: BytePiece) -> [UInt8] { piece.withBytes { Array($0) } }

    @Test("A piece keeps its bytes for as long as it is held, whatever comes after it")
    func held() {
        var rooms = ByteRooms()
        var pieces: [BytePiece] = []
        for number in 0..<40 { pieces.append(filled(rooms.take(100_000), with: UInt8(number))) }
        #expect(pieces.enumerated().allSatisfy { bytes($1) == Array(repeating: UInt8($0), count: 100_000) })
        // The first half is given back, so that its rooms are used again; the other half stays as it is.
        let later = Array(pieces[20...])
        pieces = []
        for number in 100..<140 { pieces.append(filled(rooms.take(100_000), with: UInt8(number))) }
        #expect(later.enumerated().allSatisfy { bytes($1) == Array(repeating: UInt8($0 + 20), count: 100_000) })
        #expect(pieces.enumerated().allSatisfy { bytes($1) == Array(repeating: UInt8($0 + 100), count: 100_000) })
    }

    @Test("Rooms that nobody holds are used again, and a piece larger than a room has one of its own")
    func again() {
        var rooms = ByteRooms()
        var addresses: Set<UnsafeMutableRawPointer?> = []
        for _ in 0..<100 { addresses.insert(rooms.take(600_000).withBytes { $0.baseAddress }) }
        #expect(addresses.count <= 2)
        let large = filled(rooms.take(3_000_000), with: 7)
        let small = filled(rooms.take(10), with: 8)
        #expect(bytes(large) == Array(repeating: 7, count: 3_000_000) && bytes(small) == Array(repeating: 8, count: 10))
        #expect(ByteRooms.single(0).count == 0)
    }
}
