import FHIR

/// The references in files that were received, to types that are read one by one.
struct FoundReferences {
    private let base: WebAddress
    private let types: Set<ResourceType>
    private(set) var byType: [ResourceType: Set<String>] = [:]
    private let parser = JSONParser()

    init(base: WebAddress, types: [ResourceType]) {
        self.base = base
        self.types = Set(types)
    }

    /// Adds those of every resource in the file, or only of those with these ids. A file that is not there has none.
    mutating func add(file: String, ids: Set<String>? = nil) throws(ReceiveProblem) {
        guard DiskFile.exists(file) else { return }
        do {
            try LineReader(path: file, maximumLineBytes: 64 * 1024 * 1024).forEachLine { line, _ in
                let root = try parser.parse(line)
                if let ids, !(root["id"]?.string.map(ids.contains) ?? false) { return }
                add(root)
            } tooLong: { _ in
            }
        } catch {
            throw .badState(path: file, reason: "it cannot be read again (\(error))")
        }
    }

    /// Adds those of one resource.
    mutating func add(bytes: UnsafeRawBufferPointer) throws { add(try parser.parse(bytes)) }

    private mutating func add(_ resource: JSONValue) {
        resource.forEachDescendant { value in
            guard value.isObject, let text = value["reference"]?.text, let target = target(text) else { return }
            byType[target.type, default: []].insert(target.id.text)
        }
    }

    /// `Type/id`, with or without a version, relative or under this FHIR base; a resource of another server is not ours to read.
    private func target(_ text: UnsafeRawBufferPointer) -> Reference? {
        guard let reference = Reference(text), types.contains(reference.type) else { return nil }
        if text.contains(UInt8(ascii: ":")) {
            guard let address = WebAddress(String(decoding: text, as: UTF8.self)), address.origin == base.origin else { return nil }
            let prefix = base.trimmed.dropFirst(base.origin.description.count) + "/"
            guard address.path.utf8.starts(with: prefix.utf8) else { return nil }
            return reference
        }
        let slashes = text.count { $0 == UInt8(ascii: "/") }
        return slashes == 1 || slashes == 3 ? reference : nil
    }
}
