package import Foundation

/// JSON as plain values: what a made resource is, and what the reference search reads.
package indirect enum Plain: Equatable, Decodable, Sendable {
    case object([String: Plain])
    case list([Plain])
    case text(String)
    case number(Decimal)
    case flag(Bool)

    package init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let text = try? single.decode(String.self) {
            self = .text(text)
        } else if let object = try? single.decode([String: Plain].self) {
            self = .object(object)
        } else if let list = try? single.decode([Plain].self) {
            self = .list(list)
        } else if let flag = try? single.decode(Bool.self) {
            self = .flag(flag)
        } else {
            self = .number(try single.decode(Decimal.self))
        }
    }

    package subscript(_ name: String) -> Plain? {
        get {
            guard case .object(let members) = self else { return nil }
            return members[name]
        }
        set {
            guard case .object(var members) = self else { return }
            members[name] = newValue
            self = .object(members)
        }
    }

    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var number: Decimal? { if case .number(let number) = self { number } else { nil } }
    var isObject: Bool { if case .object = self { true } else { false } }

    /// The elements of a list; anything else is its own only element.
    package var elements: [Plain] { if case .list(let elements) = self { elements } else { [self] } }

    /// As JSON, with some characters escaped that need not be, the way other systems write it.
    package func json(_ dice: inout Dice) -> String {
        switch self {
        case .object(let members):
            let pairs = members.sorted { $0.key < $1.key }.map { Self.quoted($0.key, &dice) + ":" + $0.value.json(&dice) }
            return "{" + pairs.joined(separator: ",") + "}"
        case .list(let elements): return "[" + elements.map { $0.json(&dice) }.joined(separator: ",") + "]"
        case .text(let text): return Self.quoted(text, &dice)
        case .number(let number): return "\(number)"
        case .flag(let flag): return flag ? "true" : "false"
        }
    }

    private static func quoted(_ text: String, _ dice: inout Dice) -> String {
        var out = "\""
        for unit in text.utf16 {
            let mustEscape = unit < 0x20 || unit == 0x22 || unit == 0x5C || unit > 0x7E
            if mustEscape || dice.chance(1) {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                out.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            }
        }
        return out + "\""
    }
}
