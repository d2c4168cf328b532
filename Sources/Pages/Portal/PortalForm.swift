/// A form of the portal: its fields as they are to be shown, and its one button.
struct PortalForm {
    enum Kind { case primary, second }
    enum Shape {
        case column
        /// Chooses what a page shows: its fields stand in a row and go into the address.
        case filter
    }

    let action: String
    let fields: [PortalInput]
    let button: String
    var kind = Kind.primary
    /// Stands before the names of the fields where a page has several forms.
    var prefix = ""
    var hidden: [(name: String, value: String)] = []
    /// A file goes with it.
    var takesFile = false
    /// It only looks: what was typed goes into the address.
    var isSearch = false
    /// Says what the form is for where a page has several.
    var label: String?
    var shape = Shape.column

    func view(token: FormToken) -> View {
        var view: View = [
            "formAction": action, "formToken": token.value, "button": button, "buttonKind": kind == .primary ? "" : " second",
            "inputs": fields.map { $0.view(prefix: prefix) },
            "hiddens": hidden.map { ["hiddenName": $0.name, "hiddenValue": $0.value] as View },
            "isMultipart": takesFile,
            "failedWords": "The file did not arrive, and nothing of it was kept. Check the connection and send it again.",
            "formClass": shape == .filter ? "filter" : "column",
            "formMethod": shape == .filter || isSearch ? "get" : "post", "hasToken": shape == .column && !isSearch,
        ]
        view["formLabel"] = label
        return view
    }
}

/// One field with what was typed and what is wrong with it.
struct PortalInput {
    enum Kind {
        case text, email, url, password, newPassword, code
        case area(rows: Int)
        case choice([(value: String, words: String)])
        case file(accept: String)
        case check(String)
    }

    let field: PortalField
    var kind = Kind.text
    var label: String?
    var hint: String?
    var value = ""
    var problem: PortalProblem?

    init(
        _ field: PortalField, _ kind: Kind = .text, label: String? = nil, hint: String? = nil, values: [PortalField: String] = [:],
        problems: [PortalProblem] = []
    ) {
        (self.field, self.kind, self.label, self.hint) = (field, kind, label, hint)
        value = values[field] ?? ""
        problem = problems.first { $0.field == field }
    }

    func view(prefix: String) -> View {
        let id = prefix + field.rawValue
        let described = [hint.map { _ in "\(id)-hint" }, problem.map { _ in "\(id)-error" }].compactMap(\.self)
        var view: View = [
            "id": id, "name": field.rawValue, "label": label ?? field.label, "value": value, "errorWord": "Error:", "isInput": false,
            "isArea": false, "isSelect": false, "isCheck": false, "autocomplete": field.autocomplete, "type": "text", "inputmode": "text",
            "isPlain": false, "width": "full",
        ]
        view["hint"] = hint
        view["message"] = problem?.words
        view["describedBy"] = described.isEmpty ? nil : described.joined(separator: " ")
        switch kind {
        case .text: view["isInput"] = true
        case .email: view.merge(["isInput": true, "type": "email", "inputmode": "email", "isPlain": true]) { $1 }
        case .url: view.merge(["isInput": true, "type": "url", "inputmode": "url", "isPlain": true]) { $1 }
        case .password, .newPassword:
            // What was typed is not sent back.
            view.merge(["isInput": true, "type": "password", "isPlain": true, "value": ""]) { $1 }
            if case .newPassword = kind { view["autocomplete"] = "new-password" }
        case .code: view.merge(["isInput": true, "inputmode": "numeric", "isPlain": true, "width": "code", "value": ""]) { $1 }
        case .area(let rows): view.merge(["isArea": true, "rowCount": String(rows)]) { $1 }
        case .choice(let options):
            view["isSelect"] = true
            view["options"] = options.map { ["choice": $0.value, "words": $0.words, "chosen": $0.value == value] as View }
        case .file(let accept): view.merge(["isInput": true, "type": "file", "accept": accept, "value": ""]) { $1 }
        case .check(let words): view.merge(["isCheck": true, "checkWords": words, "isChecked": !value.isEmpty]) { $1 }
        }
        return view
    }
}
