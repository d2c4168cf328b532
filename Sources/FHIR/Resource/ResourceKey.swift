/// A resource's type and id as one number, the same at every run: what a store looks it up by, and an import remembers it by.
package enum ResourceKey {
    /// FNV-1a over the type's number and the id's bytes.
    package static func number(_ type: ResourceType, _ id: String) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        hash = (hash ^ UInt64(type.rawValue)) &* 0x0000_0100_0000_01b3
        var id = id
        id.withUTF8 { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        return Int64(bitPattern: hash)
    }
}
