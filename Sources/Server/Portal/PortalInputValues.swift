import Pages
import Trust

/// What came in a form of the portal, by field, trimmed at its ends; a password is taken as it is.
struct PortalInputValues: Sendable {
    let values: [PortalField: String]
    let form: FormParameters

    /// The members of a JSON object by their names; a list's elements are lines.
    init(_ members: [String: String]) throws {
        form = try FormParameters([UInt8]())
        var values: [PortalField: String] = [:]
        for field in PortalField.allCases {
            guard let value = members[field.rawValue] else { continue }
            values[field] = field == .password ? value : Self.trimmed(value)
        }
        self.values = values
    }

    init(_ form: FormParameters) {
        self.form = form
        var values: [PortalField: String] = [:]
        for field in PortalField.allCases {
            guard let value = form.value(field.rawValue) else { continue }
            values[field] = field == .password ? value : Self.trimmed(value)
        }
        self.values = values
    }

    subscript(_ field: PortalField) -> String { values[field] ?? "" }
    func optional(_ field: PortalField) -> String? { self[field].isEmpty ? nil : self[field] }

    func missing(_ fields: [PortalField]) -> [PortalProblem] { fields.filter { self[$0].isEmpty }.map { .missing($0) } }
    /// Bytes, since that is what is kept.
    func tooLong(_ fields: [PortalField], _ most: Int) -> [PortalProblem] {
        fields.filter { self[$0].utf8.count > most }.map { .tooLong($0) }
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
