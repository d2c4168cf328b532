/// A small JSON document of our own as a value, for those that are put together from parts. Members are written in the order of their names.
package indirect enum JSONDocument: Sendable, Equatable {
    case object([String: JSONDocument])
    case array([JSONDocument])
    case string(String)
    case number(Int)
    case bool(Bool)

    package var json: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.object { object in
                for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                    object.name(name)
                    value.write(to: &object)
                }
            }
        case .array(let elements): writer.array { array in for element in elements { element.write(to: &array) } }
        case .string(let text): writer.string(text)
        case .number(let number): writer.number(number)
        case .bool(let value): writer.bool(value)
        }
    }

    package static func strings(_ texts: [String]) -> JSONDocument { .array(texts.map { .string($0) }) }
}

extension JSONDocument: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation,
    ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral
{
    package init(dictionaryLiteral members: (String, JSONDocument)...) { self = .object(Dictionary(members) { _, last in last }) }
    package init(arrayLiteral elements: JSONDocument...) { self = .array(elements) }
    package init(stringLiteral text: String) { self = .string(text) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral number: Int) { self = .number(number) }
}
