import Pages
import Trust

/// What came in a member's form, by field, trimmed of spaces at its ends.
struct MemberFormInput {
    let values: [Field: String]
    let decision: String?
    let token: String?

    private static let fields: [Field] = [
        .firstName, .lastName, .birthDate, .memberID, .postalCode, .email, .code, .decider, .representativeName, .relationship,
    ]
    private static let longest = 200

    init(_ form: FormParameters) {
        var values: [Field: String] = [:]
        for field in Self.fields {
            if let value = form.value(field.rawValue) { values[field] = Self.trimmed(value) }
        }
        self.values = values
        decision = form.value("decision")
        token = form.value("form_token")
    }

    subscript(_ field: Field) -> String { values[field] ?? "" }

    func missing(_ fields: [Field]) -> [Pages.FormProblem] { fields.filter { self[$0].isEmpty }.map { .missing(field: $0) } }
    func tooLong(_ fields: [Field]) -> [Pages.FormProblem] {
        fields.filter { self[$0].utf8.count > Self.longest }.map { .tooLong(field: $0) }
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
