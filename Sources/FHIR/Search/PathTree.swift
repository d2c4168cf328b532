import Foundation

/// A type's search paths as one tree, so that a resource is walked once for all its parameters.
package struct PathTree: Sendable {
    private struct Edge: Sendable {
        let name: [UInt8]
        let filter: SearchPath.Filter?
        let node: Int
    }

    private struct Node: Sendable {
        var edges: [Edge] = []
        /// Parameters whose value this element is, with what their path says of it.
        var ends: [(parameter: Int, path: SearchPath)] = []
    }

    private var nodes = [Node()]

    package init(_ parameters: [SearchParameter]) {
        for (number, parameter) in parameters.enumerated() {
            for path in parameter.paths where !path.steps.isEmpty { add(path, number) }
        }
    }

    private mutating func add(_ path: SearchPath, _ number: Int) {
        var at = 0
        for step in path.steps {
            let name = Array(step.name.utf8)
            if let known = nodes[at].edges.first(where: { $0.name == name && $0.filter == step.filter }) {
                at = known.node
            } else {
                nodes.append(Node())
                nodes[at].edges.append(Edge(name: name, filter: step.filter, node: nodes.count - 1))
                at = nodes.count - 1
            }
        }
        nodes[at].ends.append((number, path))
    }

    /// Calls `body` with each value of each parameter.
    package func walk(_ resource: JSONValue, _ body: (Int, SearchPath, JSONValue) -> Void) { walk(resource, 0, body) }

    private func walk(_ value: JSONValue, _ at: Int, _ body: (Int, SearchPath, JSONValue) -> Void) {
        value.forEachMember { name, member in
            guard let text = name.text else { return }
            for edge in nodes[at].edges where edge.name.count == text.count {
                guard let start = text.baseAddress, edge.name.withUnsafeBytes({ $0.baseAddress.map { memcmp($0, start, text.count) } }) == 0
                else { continue }
                member.forEachElement { element in
                    if let filter = edge.filter,
                        element.member(filter.name)?.string?.utf8.elementsEqual(filter.value.utf8) != true
                    {
                        return
                    }
                    for end in nodes[edge.node].ends { body(end.parameter, end.path, element) }
                    if !nodes[edge.node].edges.isEmpty { walk(element, edge.node, body) }
                }
            }
        }
    }
}
