package import FHIR

/// Turns a resource as it was sent into the one this plan serves: its own id, and references that lead to the resources here.
///
/// What is referred to and did not come keeps pointing at the sender, as an absolute address, so that it can never be mistaken for something
/// of this plan. Everything else stays byte for byte. Source: PDex 2.2 §pdex-09.
package struct ReceivedResource {
    private let localIDs: LocalIDs
    private let fhirBase: String
    private let isHere: (ResourceType, String) -> Bool

    /// `isHere` tells whether the payer's resource of this type and id is part of the record.
    package init(localIDs: LocalIDs, fhirBase: String, isHere: @escaping (ResourceType, String) -> Bool) {
        (self.localIDs, self.isHere) = (localIDs, isHere)
        var base = Array(fhirBase.utf8)
        while base.last == UInt8(ascii: "/") { base.removeLast() }
        self.fhirBase = String(decoding: base, as: UTF8.self)
    }

    /// The bytes to serve; nil when the resource has no id that can be replaced. `resource` is the root of its document.
    package func localBytes(_ resource: JSONValue, type: ResourceType) -> [UInt8]? {
        guard let id = resource["id"], let sourceID = id.string else { return nil }
        var splice = ByteSplice()
        let start = resource.range.lowerBound
        func replace(_ value: JSONValue, _ text: String) {
            splice.replace(value.range.lowerBound - start..<value.range.upperBound - start, with: Self.quoted(text))
        }
        replace(id, localIDs[type, sourceID].text)
        resource.forEachDescendant { value in
            guard value.isObject else { return }
            if let reference = value["reference"], let text = reference.string, let local = rewritten(text) { replace(reference, local) }
            // An Attachment may lead to a Binary of the sender.
            if value["contentType"] != nil || value["title"] != nil, let url = value["url"], let text = url.string,
                let local = rewritten(text)
            {
                replace(url, local)
            }
        }
        return splice.apply(to: resource.bytes)
    }

    /// Nil for what stays as it is: fragments, `urn:`, other servers.
    func rewritten(_ text: String) -> String? {
        guard let target = target(text) else { return nil }
        if target.type == .patient { return "Patient/\(localIDs.patientID.text)" }
        if isHere(target.type, target.id.text) {
            return "\(target.type.name)/\(localIDs[target.type, target.id.text].text)"
        }
        return "\(fhirBase)/\(target.type.name)/\(target.id.text)"
    }

    /// `Type/id`, perhaps with a version, relative or under the sender's own base.
    private func target(_ text: String) -> Reference? {
        var text = Substring(text)
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard text.utf8.starts(with: fhirBase.utf8) else { return nil }
            text = Substring(text.utf8.dropFirst(fhirBase.utf8.count))
            guard text.utf8.first == UInt8(ascii: "/") else { return nil }
            text = text.dropFirst()
        }
        let slashes = text.utf8.count { $0 == UInt8(ascii: "/") }
        guard slashes == 1 || slashes == 3 else { return nil }
        return Array(text.utf8).withUnsafeBytes { Reference($0) }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.bytes
    }
}
