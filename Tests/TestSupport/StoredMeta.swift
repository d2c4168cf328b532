/// What the store adds to a resource, taken out again, to compare with what was made.
package enum StoredMeta {
    /// The bytes without `meta.versionId`, `meta.lastUpdated`, and without a `meta` that is empty then.
    package static func removed(_ bytes: [UInt8]) -> [UInt8] {
        var text = String(decoding: bytes, as: UTF8.self)
        text = cut(text, from: #""versionId":""#)
        text = cut(text, from: #""lastUpdated":""#)
        return Array(text.replacing(#","meta":{}"#, with: "").utf8)
    }

    private static func cut(_ text: String, from opening: String) -> String {
        guard let start = text.firstRange(of: opening), let end = text[start.upperBound...].firstIndex(of: "\"") else { return text }
        var rest = text[text.index(after: end)...]
        if rest.first == "," { rest = rest.dropFirst() }
        return String(text[..<start.lowerBound]) + rest
    }
}
