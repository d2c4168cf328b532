import Foundation

/// The values of a statement, in the order of its placeholders; nil is NULL.
struct Arguments: ExpressibleByArrayLiteral, Sendable {
    var values: [(any Bindable)?]

    init(arrayLiteral elements: (any Bindable)?...) { values = elements }

    static func + (first: Arguments, second: Arguments) -> Arguments {
        var both = first
        both.values += second.values
        return both
    }
}

/// What a placeholder can stand for.
protocol Bindable: Sendable {
    func bind(to statement: any Statement, at index: Int32)
}

extension Int64: Bindable {
    func bind(to statement: any Statement, at index: Int32) { statement.bind(index, self) }
}
extension Int: Bindable {
    func bind(to statement: any Statement, at index: Int32) { statement.bind(index, Int64(self)) }
}
/// A truth is kept as 1 or 0, for one of the engines knows no other.
extension Bool: Bindable {
    func bind(to statement: any Statement, at index: Int32) { statement.bind(index, self ? 1 : 0) }
}
extension String: Bindable {
    func bind(to statement: any Statement, at index: Int32) { statement.bind(index, self) }
}
extension Data: Bindable {
    func bind(to statement: any Statement, at index: Int32) { withUnsafeBytes { statement.bind(index, bytes: $0) } }
}
