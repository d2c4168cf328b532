/// A plain reader of our own pages, enough to ask what tags, attributes and words they hold.
struct Markup {
    struct Tag {
        var name: String
        var attributes: [String: String]
    }

    var tags: [Tag] = []
    /// The words between the tags, without what stands in `title`.
    var texts: [String] = []
    /// Every tag with its attributes' names and none of their values.
    var skeleton: [String] = []

    init(_ html: String) {
        var rest = Substring(html)
        var inTitle = false
        while let open = rest.firstIndex(of: "<") {
            let text = rest[..<open].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if !text.isEmpty, !inTitle { texts.append(Self.plain(text)) }
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: ">") else { return }
            let (name, attributes, names) = Self.read(rest[..<close])
            inTitle = name == "title"
            tags.append(Tag(name: name, attributes: attributes))
            skeleton.append(([name] + names).joined(separator: " "))
            rest = rest[rest.index(after: close)...]
        }
    }

    func tags(_ name: String) -> [Tag] { tags.filter { $0.name == name } }
    var ids: [String] { tags.compactMap { $0.attributes["id"] } }

    private static func read(_ inside: Substring) -> (String, [String: String], [String]) {
        var rest = inside
        let name = String(rest.prefix { !$0.isWhitespace })
        rest = rest.dropFirst(name.count)
        var attributes: [String: String] = [:]
        var names: [String] = []
        while true {
            rest = rest.drop(while: \.isWhitespace)
            let key = String(rest.prefix { !$0.isWhitespace && $0 != "=" })
            if key.isEmpty { break }
            rest = rest.dropFirst(key.count)
            var value = ""
            if rest.hasPrefix("=\"") {
                let quoted = rest.dropFirst(2)
                // By scalar: a quote that wears an accent still ends a value.
                let end = quoted.unicodeScalars.firstIndex(of: "\"") ?? quoted.endIndex
                value = plain(String(quoted[..<end]))
                rest = end < quoted.endIndex ? quoted[quoted.unicodeScalars.index(after: end)...] : quoted[end...]
            }
            attributes[key] = value
            names.append(key)
        }
        return (name, attributes, names)
    }

    private static func plain(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for (code, mark) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
            scalars = Array(
                scalars.split(separator: Array(code.unicodeScalars), omittingEmptySubsequences: false).joined(
                    separator: mark.unicodeScalars))
        }
        var plain = String.UnicodeScalarView()
        plain.append(contentsOf: scalars)
        return String(plain)
    }
}
