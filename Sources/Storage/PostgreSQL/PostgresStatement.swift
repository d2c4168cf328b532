import CPostgres
import Foundation

/// A statement prepared on a PostgreSQL session, its values and its rows in binary.
final class PostgresStatement: Statement {
    /// A value's type, by PostgreSQL's number for it.
    private enum Kind {
        static let null: Oid = 0, int: Oid = 20, text: Oid = 25, bytes: Oid = 17, numbers: Oid = 1016, texts: Oid = 1009
    }

    private let connection: PostgresConnection
    private let sql: String
    private let parameters: Int
    private var kinds: [Oid]
    private var spans: [Range<Int>]
    private var values: [UInt8] = []
    private var places: [UnsafePointer<CChar>?]
    private var lengths: [Int32]
    private let formats: [Int32]
    /// One prepared form for each combination of types: what is NULL has none.
    private var prepared: [[Oid]: String] = [:]
    private var session: Int
    private var result: OpaquePointer?
    private var row: Int32 = 0
    private var rows: Int32 = 0

    init(_ connection: PostgresConnection, _ sql: String) {
        self.connection = connection
        (self.sql, parameters) = PostgresSQL.translated(sql)
        kinds = [Oid](repeating: Kind.null, count: parameters)
        spans = [Range<Int>](repeating: 0..<0, count: parameters)
        // One more, so that none of them is nowhere.
        places = [UnsafePointer<CChar>?](repeating: nil, count: parameters + 1)
        lengths = [Int32](repeating: 0, count: parameters + 1)
        formats = [Int32](repeating: 1, count: parameters + 1)
        session = connection.session
    }

    deinit { PQclear(result) }

    func reset() {
        clear()
        values.removeAll(keepingCapacity: true)
        for index in kinds.indices { (kinds[index], spans[index]) = (Kind.null, 0..<0) }
    }

    private func clear() {
        PQclear(result)
        result = nil
        (row, rows) = (0, 0)
    }

    // MARK: Binding

    private func bind(_ index: Int32, _ kind: Oid, _ bytes: UnsafeRawBufferPointer) {
        let start = values.count
        values.append(contentsOf: bytes)
        kinds[Int(index) - 1] = kind
        spans[Int(index) - 1] = start..<values.count
    }

    func bind(_ index: Int32, _ number: Int64) { withUnsafeBytes(of: number.bigEndian) { bind(index, Kind.int, $0) } }
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer) { bind(index, Kind.text, bytes) }
    func bind(_ index: Int32, bytes: UnsafeRawBufferPointer) { bind(index, Kind.bytes, bytes) }
    func bind(_ index: Int32, lent bytes: UnsafeRawBufferPointer) { bind(index, Kind.bytes, bytes) }
    func bind(_ index: Int32, lentText bytes: UnsafeRawBufferPointer) { bind(index, Kind.text, bytes) }

    /// An array, as `= ANY ($1)` and `unnest` take it.
    func bind(_ index: Int32, numbers: [Int64]) {
        var bytes = Self.arrayHead(of: Kind.int, count: numbers.count)
        for number in numbers { bytes.append(sized: number) }
        bytes.withUnsafeBytes { bind(index, Kind.numbers, $0) }
    }

    func bind(_ index: Int32, texts: [String]) {
        var bytes = Self.arrayHead(of: Kind.text, count: texts.count)
        for text in texts {
            bytes.append(big: Int32(text.utf8.count))
            bytes += text.utf8
        }
        bytes.withUnsafeBytes { bind(index, Kind.texts, $0) }
    }

    private static func arrayHead(of kind: Oid, count: Int) -> [UInt8] {
        var head: [UInt8] = []
        head.append(big: Int32(count == 0 ? 0 : 1))
        head.append(big: Int32(0))
        head.append(big: kind)
        guard count > 0 else { return head }
        head.append(big: Int32(count))
        head.append(big: Int32(1))
        return head
    }

    // MARK: Running

    func step() throws -> Bool {
        if result == nil { try execute() } else { row += 1 }
        return row < rows
    }

    private func execute() throws {
        do { try runOnce() } catch let problem as PostgresProblem where problem.isLost && !problem.isOverdue && !connection.isInTransaction
        {
            // Nothing was changed outside a transaction, so what was asked can be asked again where the server is now.
            try connection.reopen()
            try runOnce()
        }
    }

    /// Runs it; when the session is lost meanwhile, whether it has changed anything is not known.
    func runOnce() throws {
        let name = try preparedName()
        try take(
            connection.conversation.ask(sql) {
                withValues { PQsendQueryPrepared(connection.handle, name, Int32(parameters), $0, $1, $2, 1) }
            })
    }

    /// Sends it without waiting for its answer, inside a pipeline.
    func send() throws {
        let name = try preparedName()
        let isSent = withValues { PQsendQueryPrepared(connection.handle, name, Int32(parameters), $0, $1, $2, 1) }
        guard isSent == 1 else { throw PostgresProblem(nil, connection.handle, doing: sql) }
    }

    private func take(_ answer: OpaquePointer?) throws {
        switch PQresultStatus(answer) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            result = answer
            (row, rows) = (0, PQntuples(answer))
        default:
            let problem = PostgresProblem(answer, connection.handle, doing: sql)
            PQclear(answer)
            throw problem
        }
    }

    /// Prepares it for these types if it is not; outside a pipeline only.
    func preparedName() throws -> String {
        if session != connection.session {
            session = connection.session
            prepared.removeAll()
        }
        if let known = prepared[kinds] { return known }
        let name = connection.name()
        let answer = try connection.conversation.ask(sql) { PQsendPrepare(connection.handle, name, sql, Int32(parameters), kinds) }
        defer { PQclear(answer) }
        guard PQresultStatus(answer) == PGRES_COMMAND_OK else { throw PostgresProblem(answer, connection.handle, doing: sql) }
        prepared[kinds] = name
        return name
    }

    private func withValues<T>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> T
    ) -> T {
        // An empty value still stands somewhere, for nowhere is NULL.
        if values.isEmpty { values.append(0) }
        return values.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            for index in 0..<parameters {
                places[index] = kinds[index] == Kind.null ? nil : start.map { $0 + spans[index].lowerBound }
                lengths[index] = Int32(spans[index].count)
            }
            return body(places, lengths, formats)
        }
    }

    var changesCount: Int { result.flatMap { Int(String(cString: PQcmdTuples($0))) } ?? 0 }

    // MARK: Columns

    var columnCount: Int32 { PQnfields(result) }
    func columnName(_ column: Int32) -> String { String(cString: PQfname(result, column)) }
    func isNull(_ column: Int32) -> Bool { PQgetisnull(result, row, column) == 1 }
    /// boolean, bigint, smallint, integer.
    func isNumber(_ column: Int32) -> Bool { [16, 20, 21, 23].contains(PQftype(result, column)) }

    func int(_ column: Int32) -> Int64 {
        let bytes = bytes(column)
        return switch bytes.count {
        case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        // A boolean is one byte, 0 or 1.
        default: Int64(bytes.first ?? 0)
        }
    }

    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }
}

extension [UInt8] {
    /// A number as PostgreSQL sends it.
    mutating func append(big number: some FixedWidthInteger) { Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) } }

    /// The same after its length.
    mutating func append<T: FixedWidthInteger>(sized number: T) {
        append(big: Int32(MemoryLayout<T>.size))
        append(big: number)
    }

    mutating func append(sized bytes: UnsafeRawBufferPointer) {
        append(big: Int32(bytes.count))
        append(contentsOf: bytes)
    }
}
