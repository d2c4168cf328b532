/// A prepared statement of either engine, bound from 1 and read from column 0. One thread at a time.
protocol Statement: AnyObject {
    /// Makes it ready to bind and run anew; what its columns lent is gone.
    func reset()

    /// Rows that this statement has changed when it ran last.
    var changesCount: Int { get }

    /// Runs it, or goes on to its next row: true while there is a row.
    func step() throws -> Bool

    // MARK: Binding; what is not bound is NULL

    func bind(_ index: Int32, _ number: Int64)
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer)
    func bind(_ index: Int32, bytes: UnsafeRawBufferPointer)
    /// Bytes that stay where they are until the statement is reset, so that they need not be copied.
    func bind(_ index: Int32, lent bytes: UnsafeRawBufferPointer)
    /// Text that stays where it is until the statement is reset.
    func bind(_ index: Int32, lentText bytes: UnsafeRawBufferPointer)

    // MARK: Columns, lent until the next step or reset

    var columnCount: Int32 { get }
    func columnName(_ column: Int32) -> String
    func isNumber(_ column: Int32) -> Bool
    func isNull(_ column: Int32) -> Bool
    func int(_ column: Int32) -> Int64
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer
}

extension Statement {
    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bind(index, text: UnsafeRawBufferPointer($0)) }
    }
    func bind(_ index: Int32, _ bytes: [UInt8]) { bytes.withUnsafeBytes { bind(index, bytes: $0) } }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }

    /// Runs it for what it does.
    func run() throws {
        defer { reset() }
        while try step() {}
    }
}
