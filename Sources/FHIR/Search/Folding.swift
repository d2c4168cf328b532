import Foundation

extension String {
    /// The text without regard to case and accents, for comparing names (FHIR R4 search, string parameters).
    package var folded: String {
        if utf8.allSatisfy({ $0 < 0x80 }) {
            return String(decoding: utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
        var out = String.UnicodeScalarView()
        // Upper case first, so that letters with one upper case are one (final sigma, sharp s).
        for scalar in decomposedStringWithCompatibilityMapping.uppercased().lowercased().unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark: continue
            default: out.append(scalar)
            }
        }
        return String(out).precomposedStringWithCanonicalMapping
    }
}
