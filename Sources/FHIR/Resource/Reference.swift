/// A literal reference to a resource of this store: `Type/id`, also with a version or under an absolute base.
package struct Reference: Sendable, Hashable {
    package let type: ResourceType
    package let id: ResourceID

    package init(_ type: ResourceType, _ id: ResourceID) { (self.type, self.id) = (type, id) }

    package init?(_ bytes: UnsafeRawBufferPointer) {
        var parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if parts.count >= 4, parts[parts.count - 2].elementsEqual("_history".utf8) { parts.removeLast(2) }
        guard parts.count >= 2, let type = ResourceType(UnsafeRawBufferPointer(rebasing: parts[parts.count - 2])),
            let id = ResourceID(UnsafeRawBufferPointer(rebasing: parts[parts.count - 1]))
        else { return nil }
        (self.type, self.id) = (type, id)
    }

    package var text: String { "\(type.name)/\(id.text)" }
}
