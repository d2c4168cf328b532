/// Where in a resource a search parameter's values stand: element names from the resource down, as `name.given` or `telecom[system=email]`.
///
/// A choice element is spelled out (`effectiveDateTime`). `[is=Patient]` takes references to that type only; `=>true` gives that value
/// when the element is there, and a path of `=>false` alone gives it when no other path gave one.
package struct SearchPath: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package let name: String
        /// The element must have this member with this text.
        package let filter: Filter?
    }

    package struct Filter: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    package let steps: [Step]
    /// Only references to this type.
    package let target: ResourceType?
    /// The value that the element's presence stands for.
    package let constant: String?

    init(_ text: String) {
        var body = text[...]
        if let arrow = text.firstRange(of: "=>") {
            constant = String(text[arrow.upperBound...])
            body = text[..<arrow.lowerBound]
        } else {
            constant = nil
        }
        var steps: [Step] = []
        var target: ResourceType?
        for piece in Self.pieces(body) {
            guard let open = piece.firstIndex(of: "["), piece.hasSuffix("]") else {
                steps.append(Step(name: String(piece), filter: nil))
                continue
            }
            let name = String(piece[..<open])
            let condition = piece[piece.index(after: open)...].dropLast().split(separator: "=", maxSplits: 1).map(String.init)
            if condition.first == "is" {
                target = condition.last.flatMap { ResourceType($0) }
                steps.append(Step(name: name, filter: nil))
            } else {
                steps.append(Step(name: name, filter: Filter(name: condition[0], value: condition.last ?? "")))
            }
        }
        self.steps = steps
        self.target = target
    }

    /// Splits at the dots that stand outside brackets.
    private static func pieces(_ text: Substring) -> [Substring] {
        var pieces: [Substring] = []
        var depth = 0
        var start = text.startIndex
        for index in text.indices {
            switch text[index] {
            case "[": depth += 1
            case "]": depth -= 1
            case "." where depth == 0:
                pieces.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        if start < text.endIndex { pieces.append(text[start...]) }
        return pieces
    }

    /// Every value at this path, in document order; constants and targets are the caller's.
    package func forEachValue(in resource: JSONValue, _ body: (JSONValue) -> Void) { walk(resource, 0, body) }

    private func walk(_ value: JSONValue, _ index: Int, _ body: (JSONValue) -> Void) {
        guard index < steps.count else { return body(value) }
        let step = steps[index]
        guard let member = value.member(step.name) else { return }
        member.forEachElement { element in
            if let filter = step.filter, element.member(filter.name)?.string?.utf8.elementsEqual(filter.value.utf8) != true { return }
            walk(element, index + 1, body)
        }
    }
}
