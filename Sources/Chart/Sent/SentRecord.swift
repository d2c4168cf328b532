import FHIR

/// A kept resource as it was sent, for the page of one item.
package struct SentRecord: Sendable {
    /// Set out on lines; for showing as text.
    package let json: String
    /// The words of its narrative; empty for none.
    package let narrative: String
    package let attachments: [Attachment]
    package let identifiers: [String]
    package let profiles: [String]

    init(_ bytes: [UInt8]) {
        let parser = JSONParser()
        guard let read = try? parser.withDocument(bytes, Self.init(json:)) else {
            json = String(decoding: bytes, as: UTF8.self)
            (narrative, attachments, identifiers, profiles) = ("", [], [], [])
            return
        }
        self = read
    }

    private init(json: JSONValue) {
        self.json = String(decoding: PrettyJSON.write(json.bytes), as: UTF8.self)
        narrative = json["text"]?["div"]?.text.map { NarrativeText.read($0) } ?? ""
        attachments = Self.files(json).map { Attachment($0) }
        identifiers = json.each("identifier").compactMap { entry in
            entry.words("value").map { value in entry.words("system").map { "\($0)|\(value)" } ?? value }
        }
        profiles = json["meta"]?.each("profile").compactMap(\.words) ?? []
    }

    private static func files(_ json: JSONValue) -> [JSONValue] {
        json.each("content").compactMap { $0["attachment"] } + json.each("presentedForm")
    }

    /// The bytes of one of a resource's files.
    static func file(_ number: Int, in bytes: [UInt8]) -> [UInt8]? {
        let found = try? JSONParser().withDocument(bytes) { json -> [UInt8]? in
            let files = files(json)
            return files.indices.contains(number) ? Attachment.bytes(of: files[number]) : nil
        }
        return found ?? nil
    }

    /// The bytes of a Binary.
    static func binary(_ bytes: [UInt8]) -> [UInt8]? {
        let found = try? JSONParser().withDocument(bytes) { Attachment.bytes(of: $0) }
        return found ?? nil
    }
}
