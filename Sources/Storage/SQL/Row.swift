import Foundation

/// A row's values by the names of its columns, for what is not read hot.
struct Row {
    private enum Value { case number(Int64), bytes([UInt8]), null }
    private let values: [String: Value]

    init(_ statement: any Statement) {
        var values: [String: Value] = [:]
        for column in 0..<statement.columnCount {
            let name = statement.columnName(column)
            if statement.isNull(column) {
                values[name] = .null
            } else if statement.isNumber(column) {
                values[name] = .number(statement.int(column))
            } else {
                values[name] = .bytes(Array(statement.bytes(column)))
            }
        }
        self.values = values
    }

    func number(_ name: String) -> Int64? {
        guard case .number(let number) = values[name] else { return nil }
        return number
    }

    func bytes(_ name: String) -> [UInt8]? {
        guard case .bytes(let bytes) = values[name] else { return nil }
        return bytes
    }

    subscript(name: String) -> Int64 { number(name) ?? 0 }
    subscript(name: String) -> Int64? { number(name) }
    subscript(name: String) -> Int { Int(number(name) ?? 0) }
    subscript(name: String) -> String { bytes(name).map { String(decoding: $0, as: UTF8.self) } ?? "" }
    subscript(name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }
    subscript(name: String) -> Data { Data(bytes(name) ?? []) }
}

/// What a first column can be read as.
protocol ColumnValue {
    init(_ row: any Statement, column: Int32)
}

extension Int64: ColumnValue {
    init(_ row: any Statement, column: Int32) { self = row.int(column) }
}
extension Int: ColumnValue {
    init(_ row: any Statement, column: Int32) { self = Int(row.int(column)) }
}
extension Bool: ColumnValue {
    init(_ row: any Statement, column: Int32) { self = row.int(column) != 0 }
}
extension String: ColumnValue {
    init(_ row: any Statement, column: Int32) { self = row.text(column) }
}
