import CMarkdown

/// A page of the documentation, read from CommonMark into values, so that it is shown through the same templates and the same escaping as
/// everything else.
package struct Document: Sendable {
    package let title: String
    package let parts: [Part]

    package indirect enum Part: Sendable, Equatable {
        case paragraph([Run])
        case heading(level: Int, String, slug: String)
        case list(isOrdered: Bool, items: [[Part]])
        /// A fenced block and its language.
        case code(String, language: String)
        /// The same in several languages, one after another in the text.
        case codes([Code])
        case table(columns: [String], rows: [[[Run]]])
        case quote([Part])
    }

    package struct Code: Sendable, Equatable {
        package let language: String
        package let text: String
        package init(language: String, text: String) { (self.language, self.text) = (language, text) }
    }

    package enum Run: Sendable, Equatable {
        case text(String)
        case code(String)
        case strong(String)
        case emphasis(String)
        case link(String, address: String)
        /// What it shows, and where it is.
        case picture(String, address: String)

        package var plain: String {
            switch self {
            case .text(let text), .code(let text), .strong(let text), .emphasis(let text), .link(let text, _), .picture(let text, _): text
            }
        }
    }

    /// `address` says where a link leads on these pages; nil leaves only its words.
    package init(markdown: String, address: @escaping (String) -> String?) {
        var text = markdown
        let root = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { pb_markdown_parse($0.baseAddress, $0.count) }
        }
        defer { if let root { cmark_node_free(root) } }
        let all = root.map { MarkdownReader(address: address).parts(of: $0) } ?? []
        if case .heading(1, let title, _)? = all.first {
            (self.title, parts) = (title, Array(all.dropFirst()))
        } else {
            (title, parts) = ("", all)
        }
    }

    private init(title: String, parts: [Part]) { (self.title, self.parts) = (title, parts) }

    /// The part before the first heading of the second level, and each of those as a page of its own.
    package var chapters: (front: [Part], chapters: [(slug: String, document: Document)]) {
        var front: [Part] = []
        var chapters: [(slug: String, title: String, parts: [Part])] = []
        for part in parts {
            if case .heading(2, let title, let slug) = part {
                chapters.append((slug, title, []))
            } else if chapters.isEmpty {
                front.append(part)
            } else {
                chapters[chapters.count - 1].parts.append(part)
            }
        }
        return (front, chapters.map { ($0.slug, Document(title: $0.title, parts: $0.parts)) })
    }
}

private struct MarkdownReader {
    let address: (String) -> String?

    func parts(of parent: OpaquePointer) -> [Document.Part] { Self.together(children(parent).compactMap { part($0) }) }

    /// Blocks of code that follow one another, each in another of the languages that are shown side by side, become one part.
    private static func together(_ parts: [Document.Part]) -> [Document.Part] {
        var joined: [Document.Part] = []
        for part in parts {
            guard case .code(let text, let language) = part, language == "js" || language == "python" || language == "swift" else {
                joined.append(part)
                continue
            }
            let code = Document.Code(language: language, text: text)
            switch joined.last {
            case .code(let before, "sh")?: joined[joined.count - 1] = .codes([Document.Code(language: "sh", text: before), code])
            case .codes(let before)?: joined[joined.count - 1] = .codes(before + [code])
            default: joined.append(part)
            }
        }
        return joined
    }

    private func children(_ parent: OpaquePointer) -> [OpaquePointer] {
        Array(
            sequence(first: cmark_node_first_child(parent)) { $0.flatMap { cmark_node_next($0) } }.prefix { $0 != nil }.compactMap(\.self))
    }

    private func kind(_ node: OpaquePointer) -> String { String(cString: cmark_node_get_type_string(node)) }

    private func part(_ node: OpaquePointer) -> Document.Part? {
        switch kind(node) {
        case "paragraph":
            let runs = runs(node)
            return runs.isEmpty ? nil : .paragraph(runs)
        case "heading":
            let title = runs(node).map(\.plain).joined()
            return .heading(level: Int(cmark_node_get_heading_level(node)), title, slug: Self.slug(title))
        case "list":
            return .list(
                isOrdered: cmark_node_get_list_type(node) == CMARK_ORDERED_LIST, items: children(node).map { parts(of: $0) })
        case "code_block":
            let language = cmark_node_get_fence_info(node).map { String(cString: $0) } ?? ""
            return .code(literal(node), language: language)
        case "table":
            let rows = children(node).map { row in children(row).map { runs($0) } }
            return .table(columns: (rows.first ?? []).map { $0.map(\.plain).joined() }, rows: Array(rows.dropFirst()))
        case "block_quote": return .quote(parts(of: node))
        default: return nil
        }
    }

    private func literal(_ node: OpaquePointer) -> String { cmark_node_get_literal(node).map { String(cString: $0) } ?? "" }

    private func runs(_ parent: OpaquePointer) -> [Document.Run] {
        var runs: [Document.Run] = []
        for node in children(parent) {
            switch kind(node) {
            case "text": Self.append(literal(node), to: &runs)
            case "softbreak", "linebreak": Self.append(" ", to: &runs)
            case "code": runs.append(.code(literal(node)))
            case "strong": runs.append(.strong(plain(node)))
            case "emph": runs.append(.emphasis(plain(node)))
            case "link":
                let target = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
                if let address = address(target) { runs.append(.link(plain(node), address: address)) } else { runs += self.runs(node) }
            case "image":
                let target = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
                if let address = address(target) { runs.append(.picture(plain(node), address: address)) }
            default: break
            }
        }
        return runs
    }

    private static func append(_ text: String, to runs: inout [Document.Run]) {
        if case .text(let before)? = runs.last {
            runs[runs.count - 1] = .text(before + text)
        } else {
            runs.append(.text(text))
        }
    }

    private func plain(_ node: OpaquePointer) -> String { runs(node).map(\.plain).joined() }

    /// What hosts of Markdown make of a heading as its anchor: lower case, spaces as hyphens, no punctuation.
    static func slug(_ title: String) -> String {
        var slug = ""
        for character in title.lowercased() {
            if character == " " || character == "-" {
                slug.append("-")
            } else if character.isLetter || character.isNumber || character == "_" {
                slug.append(character)
            }
        }
        return slug
    }
}
