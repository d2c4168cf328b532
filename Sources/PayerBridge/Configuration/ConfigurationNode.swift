import Yams

/// A place in the configuration file; every problem it reports names its line and what to write instead.
struct ConfigurationNode {
    let node: Node
    let path: String
    let file: String

    var line: Int { node.mark?.line ?? 1 }

    func problem(_ text: String) -> ConfigurationProblem { ConfigurationProblem("\(file):\(line): \(text)") }

    /// The members of a mapping; a name that is not among `known` is a problem, since it is most often misspelt.
    func mapping(_ known: [String]) throws -> [String: ConfigurationNode] {
        guard let mapping = node.mapping else {
            throw problem("\(path.isEmpty ? "The file" : path) must hold: \(known.joined(separator: ", ")).")
        }
        var members: [String: ConfigurationNode] = [:]
        for (key, value) in mapping {
            guard let name = key.string else { continue }
            guard known.contains(name) else {
                let place = ConfigurationNode(node: key, path: path, file: file)
                throw place.problem("\(name) is not known here. Known: \(known.joined(separator: ", ")).")
            }
            members[name] = ConfigurationNode(node: value, path: path.isEmpty ? name : "\(path).\(name)", file: file)
        }
        return members
    }

    func text() throws -> String {
        guard let text = node.string, !text.isEmpty else { throw problem("\(path) must be a text.") }
        return text
    }

    func number(_ range: ClosedRange<Int>) throws -> Int {
        guard let number = node.int, range.contains(number) else {
            throw problem("\(path) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) throws -> Choice where Choice.RawValue == String {
        if let text = node.string, let choice = Choice(rawValue: text) { return choice }
        throw problem("\(path) must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
    }

    /// A public address: http or https, a host, nothing after a path; without its last slash.
    func address() throws -> String {
        var text = try text()
        while text.hasSuffix("/") { text.removeLast() }
        let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
        let isPlain = rest.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7A) || [0x2D, 0x2E, 0x2F, 0x3A, 0x5B, 0x5D, 0x5F].contains(byte)
        }
        guard !rest.isEmpty, isPlain, rest.utf8.first != 0x2F else {
            throw problem("\(path) must be an address such as https://p2p.example.com, in lower case.")
        }
        return text
    }

    func elements() throws -> [ConfigurationNode] {
        guard let sequence = node.sequence, !sequence.isEmpty else { throw problem("\(path) must be a list with at least one entry.") }
        return sequence.enumerated().map { ConfigurationNode(node: $1, path: "\(path)[\($0)]", file: file) }
    }
}

extension [String: ConfigurationNode] {
    func required(_ name: String, of parent: ConfigurationNode) throws -> ConfigurationNode {
        guard let node = self[name] else {
            throw parent.problem("\(parent.path.isEmpty ? "" : "\(parent.path).")\(name) is missing.")
        }
        return node
    }
}
