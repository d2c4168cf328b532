/// A literal reference to a resource of this store: `Type/id`, also with a version or under an absolute base.
package struct Reference: Sendable, Hashable {
    package let type: ResourceType
    package let id: ResourceID

    package init(_ type: ResourceType, _ id: ResourceID) { (self.type, self.id) = (type, id) }

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard var (path, id) = Self.cut(bytes) else { return nil }
        if let (versionless, word) = Self.cut(path), word.elementsEqual("_history".utf8), let own = Self.cut(versionless) {
            (path, id) = own
        }
        guard let type = ResourceType(Self.cut(path)?.last ?? path), let id = ResourceID(id) else { return nil }
        (self.type, self.id) = (type, id)
    }

    /// What stands before the last slash, and behind it.
    private static func cut(_ bytes: UnsafeRawBufferPointer) -> (path: UnsafeRawBufferPointer, last: UnsafeRawBufferPointer)? {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return (UnsafeRawBufferPointer(rebasing: bytes[..<slash]), UnsafeRawBufferPointer(rebasing: bytes[(slash + 1)...]))
    }

    package var text: String { "\(type.name)/\(id.text)" }
}
