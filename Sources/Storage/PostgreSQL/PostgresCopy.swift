import CPostgres
import Exchange

/// Rows for `COPY ... FROM STDIN (FORMAT binary)`, sent in pieces.
struct PostgresCopy {
    private var bytes: [UInt8] = []
    private(set) var rows = 0
    /// Bytes that wait.
    var size: Int { bytes.count }
    private let sql: String
    private let columns: Int16

    /// `sql` names the table and its columns.
    init(into table: String, columns: [String]) {
        sql = "COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN (FORMAT binary)"
        self.columns = Int16(columns.count)
    }

    /// The fields are appended in the order of the columns, each after its length.
    mutating func addRow(_ fields: (inout [UInt8]) -> Void) {
        if rows == 0 {
            bytes = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0]
            bytes.append(big: Int32(0))
            bytes.append(big: Int32(0))
        }
        bytes.append(big: columns)
        fields(&bytes)
        rows += 1
    }

    /// Sends the rows and begins anew; rests between two pieces, and the server with it.
    mutating func flush(to connection: PostgresConnection, _ pace: ImportPace = .full) throws {
        guard rows > 0 else { return }
        bytes.append(big: Int16(-1))
        defer {
            bytes.removeAll(keepingCapacity: true)
            rows = 0
        }
        let opened = try connection.conversation.execute(sql)
        defer { PQclear(opened) }
        guard PQresultStatus(opened) == PGRES_COPY_IN else { throw PostgresProblem(opened, connection.handle, doing: sql) }
        try bytes.withUnsafeBytes { all in
            var start = 0
            while start < all.count {
                let piece = UnsafeRawBufferPointer(rebasing: all[start..<min(start + 1 << 16, all.count)])
                try take(connection) {
                    PQputCopyData($0, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count))
                }
                start += piece.count
                pace.rest()
            }
        }
        try take(connection) { PQputCopyEnd($0, nil) }
        let result = try connection.conversation.answers(sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw PostgresProblem(result, connection.handle, doing: sql) }
    }

    /// Gives libpq something, and waits until it is on its way: what the server does not take yet would pile up here.
    private func take(_ connection: PostgresConnection, _ give: (OpaquePointer) -> Int32) throws {
        guard give(connection.handle) == 1 else { throw PostgresProblem(nil, connection.handle, doing: sql) }
        try connection.conversation.flush(sql)
    }

    mutating func forget() {
        bytes.removeAll(keepingCapacity: true)
        rows = 0
    }
}
