import FHIR

/// FHIR's data types out of JSON that may have any shape: what has the wrong one reads as missing.
extension JSONValue {
    /// The longest text of one field, in bytes; a page is for people, and the record as it was sent is kept beside it.
    private static let longest = 600

    /// A string with something in it, on one line, cut when it is very long.
    var words: String? {
        guard let text else { return nil }
        if text.count <= Self.longest, Self.isTidy(text) { return String(decoding: text, as: UTF8.self) }
        var line: [UInt8] = []
        for byte in text {
            let isSpace = Self.isSpace(byte)
            if isSpace, line.last ?? 0x20 == 0x20 { continue }
            // Between two characters, never within one.
            if line.count >= Self.longest, byte & 0xC0 != 0x80 {
                line += Array("…".utf8)
                break
            }
            line.append(isSpace ? 0x20 : byte)
        }
        while line.last == 0x20 { line.removeLast() }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Not empty, and no space but single ones between words.
    private static func isTidy(_ text: UnsafeRawBufferPointer) -> Bool {
        var last: UInt8 = 0x20
        for byte in text {
            if isSpace(byte), byte != 0x20 || last == 0x20 { return false }
            last = byte
        }
        return last != 0x20
    }

    func words(_ name: StaticString) -> String? { self[name]?.words }

    /// The elements of an array, or the one value that stands there without an array.
    func each(_ name: StaticString) -> [JSONValue] {
        guard let value = self[name] else { return [] }
        var all: [JSONValue] = []
        value.forEachElement { if all.count < 200 { all.append($0) } }
        return all
    }

    func date(_ name: StaticString) -> ChartDate? { self[name]?.words.flatMap { ChartDate($0) } }

    // MARK: Data types

    var coding: Coding? {
        let coding = Coding(system: words("system") ?? "", code: words("code") ?? "", display: words("display") ?? "")
        return coding.code.isEmpty && coding.display.isEmpty ? nil : coding
    }

    var concept: Concept {
        if let words { return Concept(text: words, codings: []) }
        return Concept(text: words("text"), codings: each("coding").compactMap(\.coding))
    }

    func concept(_ name: StaticString) -> Concept? {
        guard let concept = self[name]?.first?.concept, concept.words != nil else { return nil }
        return concept
    }

    func concepts(_ name: StaticString) -> [Concept] { each(name).map(\.concept).filter { $0.words != nil } }

    func conceptWords(_ name: StaticString) -> String? {
        let all = concepts(name).compactMap(\.words)
        return all.isEmpty ? nil : all.prefix(12).joined(separator: ", ")
    }

    /// The first code of a CodeableConcept, for the status elements.
    func statusCode(_ name: StaticString) -> String? { concept(name)?.codings.first?.code ?? concept(name)?.words }

    var quantity: Quantity? {
        guard let value = self["value"], let amount = value.token ?? value.words else { return nil }
        let code = words("code") ?? ""
        return Quantity(comparator: words("comparator") ?? "", value: amount, unit: words("unit") ?? code, code: code)
    }

    func quantity(_ name: StaticString) -> Quantity? { self[name]?.quantity }

    /// `low – high unit`.
    var rangeWords: String? {
        let range = ReferenceRange(low: quantity("low"), high: quantity("high"), text: nil)
        return range.low == nil && range.high == nil ? nil : range.words
    }

    var ratioWords: String? {
        guard let numerator = quantity("numerator"), let denominator = quantity("denominator") else { return nil }
        return denominator.words == "1" ? numerator.words : "\(numerator.words) / \(denominator.words)"
    }

    var humanName: String? {
        if let words { return words }
        if let text = words("text") { return text }
        let given = each("given").compactMap(\.words)
        let all = each("prefix").compactMap(\.words) + given + [words("family")].compactMap(\.self) + each("suffix").compactMap(\.words)
        return all.isEmpty ? nil : all.prefix(8).joined(separator: " ")
    }

    var addressWords: String? {
        if let text = words("text") { return text }
        let parts = each("line").compactMap(\.words) + ["city", "state", "postalCode"].compactMap { member($0)?.words }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    var ageWords: String? { quantity?.words }

    var identifiers: [Identifier] {
        each("identifier").compactMap { entry in
            guard let system = entry.words("system"), let value = entry.words("value"), Self.isShared(system) else { return nil }
            // An old or temporary one may have been given to something else since.
            if let use = entry["use"], use.isText("old") || use.isText("temp") { return nil }
            return Identifier(system: system, value: value)
        }
    }

    /// Whether a system is one that two payers can mean alike: an absolute URI, not a word that each chose for itself.
    private static func isShared(_ system: String) -> Bool {
        system.hasPrefix("http://") || system.hasPrefix("https://") || system.hasPrefix("urn:oid:") || system.hasPrefix("urn:ietf:")
            || system.hasPrefix("urn:uuid:")
    }
}
