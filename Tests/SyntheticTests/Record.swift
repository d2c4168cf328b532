import Foundation

@testable import Synthetic

/// What a plan gives out, read by Foundation.
struct Record {
    struct Entry {
        let type: String
        let bytes: [UInt8]
        let object: [String: Any]
        var id: String { object["id"] as? String ?? "" }
    }

    struct NotAnObject: Error {}

    var entries: [Entry] = []

    static func member(_ index: Int, of plan: SyntheticPlan) throws -> Record {
        var record = Record()
        try plan.resources(of: index) { type, bytes in try record.add(type, copy bytes) }
        return record
    }

    static func shared(_ plan: SyntheticPlan) throws -> Record {
        var record = Record()
        try plan.sharedResources { type, bytes in try record.add(type, copy bytes) }
        return record
    }

    private mutating func add(_ type: StaticString, _ bytes: [UInt8]) throws {
        guard let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else { throw NotAnObject() }
        entries.append(Entry(type: type.description, bytes: bytes, object: object))
    }

    var ids: Set<String> { Set(entries.map { "\($0.type)/\($0.id)" }) }

    /// Every `reference` of the tree except those into `contained`.
    static func references(in value: Any) -> [String] {
        if let object = value as? [String: Any] {
            return object.flatMap { key, value in
                if key == "reference", let text = value as? String { return text.utf8.first == 35 ? [] : [text] }
                return references(in: value)
            }
        }
        if let list = value as? [Any] { return list.flatMap { references(in: $0) } }
        return []
    }

    func of(_ type: String) -> [Entry] { entries.filter { $0.type == type } }
}
