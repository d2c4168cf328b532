import CSimdJSON
import Foundation

/// One value inside a document that a `JSONParser` holds; a pointer and an index, free to copy, never to be kept.
package struct JSONValue {
    let nodes: UnsafePointer<pb_json_node>
    let source: UnsafePointer<UInt8>
    let unescaped: UnsafePointer<UInt8>?
    let index: Int

    package enum Kind: UInt8 {
        case object = 1
        case array, string, number, `true`, `false`, null
    }

    @inline(__always) var node: pb_json_node { nodes[index] }

    package var kind: Kind { Kind(rawValue: node.kind) ?? .null }
    package var isObject: Bool { kind == .object }
    package var isArray: Bool { kind == .array }

    /// Where the value stands in the bytes that were parsed.
    package var range: Range<Int> { Int(node.start)..<Int(node.end) }

    /// The value's own bytes, as they stand in the source.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: source + Int(node.start), count: Int(node.end - node.start))
    }

    @inline(__always) private func at(_ index: Int) -> JSONValue {
        JSONValue(nodes: nodes, source: source, unescaped: unescaped, index: index)
    }

    // MARK: Strings

    /// A string's characters without escapes, or nil for anything else.
    package var text: UnsafeRawBufferPointer? {
        let node = self.node
        guard node.kind == Kind.string.rawValue else { return nil }
        let base = node.escaped != 0 ? unescaped : source
        guard let base else { return nil }
        return UnsafeRawBufferPointer(start: base + Int(node.text), count: Int(node.length))
    }

    package var string: String? { text.map { String(decoding: $0, as: UTF8.self) } }

    package func isText(_ expected: StaticString) -> Bool {
        guard let text, text.count == expected.utf8CodeUnitCount else { return false }
        guard let base = text.baseAddress else { return true }
        return memcmp(base, expected.utf8Start, text.count) == 0
    }

    /// A boolean or a number as its own token, such as `true` or `1.50`.
    package var token: String? {
        switch kind {
        case .number, .true, .false: String(decoding: bytes, as: UTF8.self)
        case .object, .array, .string, .null: nil
        }
    }

    /// A number without fraction that fits.
    package var int: Int? { token.flatMap { Int($0) } }

    // MARK: Objects and arrays

    package var count: Int { Int(node.length) }

    /// The member of this name, or nil when this is no object or has none.
    package subscript(_ name: StaticString) -> JSONValue? {
        member(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    package func member(_ name: UnsafeRawBufferPointer) -> JSONValue? {
        let own = node
        guard own.kind == Kind.object.rawValue else { return nil }
        var child = index + 1
        let end = Int(own.next)
        while child < end {
            let key = nodes[child]
            if Int(key.length) == name.count, let wanted = name.baseAddress, let base = key.escaped != 0 ? unescaped : source,
                memcmp(base + Int(key.text), wanted, name.count) == 0
            {
                return at(child + 1)
            }
            child = Int(nodes[child + 1].next)
        }
        return nil
    }

    package func member(_ name: String) -> JSONValue? {
        var name = name
        return name.withUTF8 { member(UnsafeRawBufferPointer($0)) }
    }

    /// Every member of an object in document order: its name's value and its own.
    package func forEachMember(_ body: (JSONValue, JSONValue) throws -> Void) rethrows {
        let own = node
        guard own.kind == Kind.object.rawValue else { return }
        var child = index + 1
        while child < Int(own.next) {
            try body(at(child), at(child + 1))
            child = Int(nodes[child + 1].next)
        }
    }

    /// Every element of an array; anything else is taken as the one element, as FHIR's paths do.
    package func forEachElement(_ body: (JSONValue) throws -> Void) rethrows {
        let own = node
        guard own.kind == Kind.array.rawValue else { return try body(self) }
        var child = index + 1
        while child < Int(own.next) {
            try body(at(child))
            child = Int(nodes[child].next)
        }
    }

    package var first: JSONValue? {
        let own = node
        guard own.kind == Kind.array.rawValue else { return self }
        return index + 1 < Int(own.next) ? at(index + 1) : nil
    }

    /// Every value in this one, itself included, in document order.
    package func forEachDescendant(_ body: (JSONValue) throws -> Void) rethrows {
        for child in index..<Int(node.next) { try body(at(child)) }
    }
}
