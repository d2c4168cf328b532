import FHIR

/// Text that another server wrote, made safe for a terminal and a log: one line, no control characters, not long.
enum PlainText {
    static func shown(_ text: String, limit: Int = 200) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: out.append(" ")
            default: out.append(scalar)
            }
        }
        if text.unicodeScalars.dropFirst(limit).isEmpty == false { out.append("…") }
        return String(out)
    }

    static func shown(_ value: JSONValue?, limit: Int = 200) -> String? {
        guard let text = value?.string, !text.isEmpty else { return nil }
        return shown(text, limit: limit)
    }
}
