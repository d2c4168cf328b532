import FHIR

/// What is read of the answers of a walk that the portal tries.
enum TriedJSON {
    static func pretty(_ bytes: [UInt8]) -> [UInt8] { members(bytes) == nil ? bytes : PrettyJSON.write(bytes) }

    /// The members of an object that are texts, numbers or truths; nil for what is no object.
    static func members(_ bytes: [UInt8]) -> [(name: String, value: String)]? {
        try? JSONParser().withDocument(bytes) { root in
            guard root.isObject else { return nil }
            var found: [(name: String, value: String)] = []
            root.forEachMember { name, value in
                guard let name = name.string else { return }
                if let text = value.string ?? value.token { found.append((name, text)) }
            }
            return found
        }
    }
}
