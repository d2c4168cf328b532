package import FHIR

/// A label in `meta.security`, such as `http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R`.
package struct SecurityLabel: Sendable, Hashable {
    package let system: String
    package let code: String

    package init(system: String, code: String) { (self.system, self.code) = (system, code) }

    package static let confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    package static let restricted = SecurityLabel(system: confidentiality, code: "R")
    package static let veryRestricted = SecurityLabel(system: confidentiality, code: "V")

    package var text: String { "\(system)|\(code)" }

    /// The labels of a parsed resource.
    package static func all(of resource: JSONValue) -> [SecurityLabel] {
        var labels: [SecurityLabel] = []
        resource["meta"]?["security"]?.forEachElement { coding in
            if let code = coding["code"]?.string { labels.append(SecurityLabel(system: coding["system"]?.string ?? "", code: code)) }
        }
        return labels
    }

    /// Whether these bytes may hold labels at all; a quick look that never misses one.
    package static func mayStand(in resource: UnsafeRawBufferPointer) -> Bool {
        resource.contains(#""security""#) || resource.contains(#"\u00"#)
    }
}
