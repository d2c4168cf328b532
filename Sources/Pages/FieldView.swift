/// One text input as the partial `field` shows it.
struct FieldView {
    var field: Field
    var type = "text"
    var hint: String?
    /// `short` or `code`; nil fills the column.
    var width: String?
    var inputMode: String?

    func view(in language: Language, values: [Field: String], problems: [FormProblem]) -> View {
        let id = field.rawValue
        let message = problems.first { $0.field == field }?.words(in: language)
        var view: View = ["id": id, "label": field.label(in: language), "type": type, "value": values[field] ?? ""]
        view["hint"] = hint
        view["message"] = message
        view["width"] = width ?? "full"
        view["autocomplete"] = field.autocomplete ?? "off"
        view["inputmode"] = inputMode ?? "text"
        let described = [hint.map { _ in "\(id)-hint" }, message.map { _ in "\(id)-error" }].compactMap(\.self)
        view["describedBy"] = described.isEmpty ? nil : described.joined(separator: " ")
        view["isDay"] = field == .birthDate
        view["isPlain"] = field == .memberID || field == .email || field == .code
        view["errorWord"] = language("Error:", "Error:")
        return view
    }
}
