/// Leaves out parts of a resource, its remaining bytes as they were, and marks it `SUBSETTED` (FHIR R4 search §3.1.1.5.8 and §3.1.1.5.9).
package enum ResourceSubset {
    private static let tag =
        #"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED","display":"Resource encoded in summary mode"}"#

    /// The elements of the shared types that take one of several types.
    private static let choices: Set<String> = [
        "abatement", "created", "deceased", "effective", "medication", "multipleBirth", "occurred", "occurrence", "onset", "performed",
        "quantity", "reported", "start", "statusReason", "value", "asNeeded",
    ]

    /// `resource` is a parsed resource of this type.
    package static func write(_ resource: JSONValue, type: ResourceType, detail: ResourceDetail) -> [UInt8] {
        let keeps: (String) -> Bool
        var nested: [String] = []
        let entry = SummaryElements.entry(of: type)
        let always = ["resourceType", "id", "meta", "implicitRules"]
        switch detail {
        case .whole: return Array(resource.bytes)
        case .summary:
            nested = entry.summary
            keeps = { name in
                always.contains(name) || name == "modifierExtension" || matches(entry.summary, name) || matches(entry.mandatory, name)
            }
        case .text: keeps = { name in always.contains(name) || name == "text" || matches(entry.mandatory, name) }
        case .data: keeps = { $0 != "text" }
        case .elements(let names):
            // A choice may be asked for by its base name: `value` takes `valueQuantity`.
            let wanted = names + names.filter { choices.contains($0) }.map { $0 + "*" }
            keeps = { name in
                always.contains(name) || name == "modifierExtension" || matches(wanted, name) || matches(entry.mandatory, name)
            }
        }
        var out: [UInt8] = []
        out.reserveCapacity(resource.bytes.count)
        var hasMeta = false
        object(resource, into: &out) { name, value, out in
            // `_birthDate` goes with `birthDate`.
            let plain = name.hasPrefix("_") ? String(name.dropFirst()) : name
            guard keeps(plain) else { return false }
            if plain == "meta" {
                hasMeta = true
                meta(value, into: &out)
            } else {
                group(value, inside: plain, nested, into: &out)
            }
            return true
        }
        if !hasMeta {
            out.removeLast()
            out += (out.count > 1 ? "," : "").utf8
            out += #""meta":{"tag":[\#(tag)]}}"#.utf8
        }
        return out
    }

    /// A choice such as `onset*` takes `onsetDateTime`, not `onsetting`.
    private static func matches(_ names: [String], _ name: String) -> Bool {
        names.contains { known in
            guard known.hasSuffix("*") else { return known == name }
            let stem = known.dropLast()
            return name.hasPrefix(stem) && (name.dropFirst(stem.count).first?.isUppercase ?? false)
        }
    }

    private static func object(
        _ value: JSONValue, into out: inout [UInt8], _ write: (String, JSONValue, inout [UInt8]) -> Bool
    ) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        value.forEachMember { name, member in
            let mark = out.count
            if !isFirst { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: name.bytes)
            out.append(UInt8(ascii: ":"))
            if write(name.string ?? "", member, &out) { isFirst = false } else { out.removeLast(out.count - mark) }
        }
        out.append(UInt8(ascii: "}"))
    }

    private static func group(_ value: JSONValue, inside name: String, _ nested: [String], into out: inout [UInt8]) {
        let own = nested.filter { $0.hasPrefix(name + ".") }.map { String($0.dropFirst(name.count + 1)) }
        guard !own.isEmpty else { return out.append(contentsOf: value.bytes) }
        func one(_ element: JSONValue, _ out: inout [UInt8]) {
            guard element.isObject else { return out.append(contentsOf: element.bytes) }
            object(element, into: &out) { inner, member, out in
                let plain = inner.hasPrefix("_") ? String(inner.dropFirst()) : inner
                guard matches(own, plain) || plain == "modifierExtension" || plain == "id" else { return false }
                group(member, inside: plain, own, into: &out)
                return true
            }
        }
        guard value.isArray else { return one(value, &out) }
        out.append(UInt8(ascii: "["))
        var isFirst = true
        value.forEachElement { element in
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            one(element, &out)
        }
        out.append(UInt8(ascii: "]"))
    }

    private static func meta(_ value: JSONValue, into out: inout [UInt8]) {
        var hasTag = false
        object(value, into: &out) { name, member, out in
            guard name == "tag", member.isArray else {
                out.append(contentsOf: member.bytes)
                return true
            }
            hasTag = true
            out.append(contentsOf: member.bytes.dropLast())
            out += (member.count > 0 ? "," : "").utf8
            out += "\(tag)]".utf8
            return true
        }
        guard !hasTag else { return }
        out.removeLast()
        if value.count > 0 { out.append(UInt8(ascii: ",")) }
        out += #""tag":[\#(tag)]}"#.utf8
    }
}
