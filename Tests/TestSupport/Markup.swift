/// A small reader of our own pages: their tags, and the forms made of them.
package struct Markup: Sendable {
    package struct Form: Sendable {
        package let action: String
        package let method: String
        /// What a browser would send without a change: hidden and filled inputs, the first option of a list.
        package fileprivate(set) var values: [(name: String, value: String)] = []
        /// Names of the fields a person fills, in their order.
        package fileprivate(set) var fields: [String] = []
        package fileprivate(set) var buttons: [(name: String, value: String)] = []
    }

    package private(set) var forms: [Form] = []
    package private(set) var links: [String] = []

    package init(_ html: String) {
        var isInForm = false
        var list: String?
        for tag in Self.tags(html) {
            let name = tag.attributes["name"]
            let value = tag.attributes["value"] ?? ""
            switch tag.name {
            case "a": if let address = tag.attributes["href"] { links.append(address) }
            case "form":
                forms.append(Form(action: tag.attributes["action"] ?? "", method: tag.attributes["method"] ?? "get"))
                isInForm = true
            case "/form": isInForm = false
            case "textarea" where isInForm: if let name { take(name, "", tag.attributes) }
            case "input" where isInForm: if let name { take(name, value, tag.attributes) }
            case "select" where isInForm:
                list = name
                if let name { forms[forms.count - 1].fields.append(name) }
            case "option":
                if let name = list {
                    forms[forms.count - 1].values.append((name, value))
                    list = nil
                }
            case "/select": list = nil
            case "button" where isInForm: if let name { forms[forms.count - 1].buttons.append((name, value)) }
            default: break
            }
        }
    }

    private mutating func take(_ name: String, _ value: String, _ attributes: [String: String]) {
        let type = attributes["type"] ?? "text"
        let last = forms.count - 1
        if type != "hidden", !forms[last].fields.contains(name) { forms[last].fields.append(name) }
        if type == "radio" || type == "checkbox", attributes["checked"] == nil { return }
        forms[last].values.append((name, value))
    }

    // MARK: Tags

    struct Tag {
        var name = ""
        var attributes: [String: String] = [:]
    }

    static func tags(_ html: String) -> [Tag] {
        var found: [Tag] = []
        var rest = Array(html.unicodeScalars)[...]
        while let start = rest.firstIndex(of: "<") {
            rest = rest[(start + 1)...]
            var tag = Tag()
            while let scalar = rest.first, scalar != ">", scalar != " ", scalar != "\n" {
                tag.name.unicodeScalars.append(scalar)
                rest.removeFirst()
            }
            while let scalar = rest.first, scalar != ">" { attribute(&rest, into: &tag, scalar) }
            found.append(tag)
        }
        return found
    }

    private static func attribute(_ rest: inout ArraySlice<Unicode.Scalar>, into tag: inout Tag, _ first: Unicode.Scalar) {
        guard first != " ", first != "\n", first != "/" else {
            rest.removeFirst()
            return
        }
        var name = ""
        while let scalar = rest.first, !["=", ">", " ", "\n", "/"].contains(scalar) {
            name.unicodeScalars.append(scalar)
            rest.removeFirst()
        }
        var value = ""
        if rest.first == "=" {
            rest.removeFirst()
            guard rest.first == "\"" else { return }
            rest.removeFirst()
            while let scalar = rest.first, scalar != "\"" {
                value.unicodeScalars.append(scalar)
                rest.removeFirst()
            }
            if !rest.isEmpty { rest.removeFirst() }
        }
        tag.attributes[name] = unescaped(value)
    }

    private static func unescaped(_ text: String) -> String {
        var out = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&"), let end = rest[start...].firstIndex(of: ";") {
            out += rest[..<start]
            out += named(rest[rest.index(after: start)..<end])
            rest = rest[rest.index(after: end)...]
        }
        return out + rest
    }

    private static func named(_ name: Substring) -> String {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            return number.flatMap(Unicode.Scalar.init).map { String($0) } ?? "&\(name);"
        }
    }
}
