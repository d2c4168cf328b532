import Exchange
import FHIR
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite("Real synthetic data", .enabled(if: RealData.small != nil, "small.tar.zst is not beside the project (PAYERBRIDGE_SHARED)."))
struct RealDataTests {
    struct Stored {
        let body: [UInt8]
        let member: Int64
    }

    /// Every stored resource by `Type/id`.
    func stored(_ store: Store) async throws -> [String: Stored] {
        try await store.writer.read { database in
            var found: [String: Stored] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT type, id, member, body FROM resource")
            while let row = try rows.next() {
                let type: Int = row["type"]
                let id: String = row["id"]
                let body: Data = row["body"]
                let name = ResourceType(rawValue: UInt8(type))?.name ?? "?"
                found["\(name)/\(id)"] = Stored(body: Array(body), member: row["member"])
            }
            return found
        }
    }

    /// A resource's bytes without its meta and with a mark for each reference that an import may resolve; and what stood in those places.
    func outline(_ root: JSONValue, hasOwnMeta: Bool, isOpen: (Int, String) -> Bool) -> (
        bytes: [UInt8], meta: [String], references: [String]
    ) {
        let base = root.range.lowerBound
        var splice = ByteSplice()
        var meta: [String] = []
        var references: [String] = []
        if let value = root["meta"] {
            value.forEachMember { name, value in
                if !name.isText("versionId"), !name.isText("lastUpdated") {
                    meta.append(String(decoding: name.bytes, as: UTF8.self) + String(decoding: value.bytes, as: UTF8.self))
                }
            }
            // A meta that the import has added stands right after the id.
            let start = hasOwnMeta ? value.range.lowerBound : root["id"]?.range.upperBound ?? value.range.lowerBound
            splice.replace(start - base..<value.range.upperBound - base, with: [])
        }
        var number = 0
        root.forEachDescendant { value in
            guard let reference = value["reference"], let text = reference.string else { return }
            defer { number += 1 }
            if isOpen(number, text) {
                splice.replace(reference.range.lowerBound - base..<reference.range.upperBound - base, with: [0])
                references.append(text)
            }
        }
        return (splice.apply(to: root.bytes), meta, references)
    }

    @Test("Eighteen patients load whole: nothing refused, nothing open, and every byte but meta and references as it came")
    func small() async throws {
        try await withFolder { folder in
            let files = try RealData.unpack(try #require(RealData.small), into: folder + "/files")
            let store = try Store(directory: folder + "/store")
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            func load() throws -> ImportReport {
                let pipeline = ImportPipeline(store: store, plan: plan, world: World { today })
                try ImportFiles([folder + "/files"]).feed(pipeline) { _ in true }
                return try pipeline.finish()
            }
            let report = try load()
            #expect(report.problems.map { "\($0.place) \($0.reason)" }.prefix(5) == [])
            // Two payers' files carry some hospitals in their own words; no reference stays open.
            #expect(report.warnings.filter { !$0.reason.contains("the first was kept") }.map { "\($0.place) \($0.reason)" }.prefix(5) == [])

            let kept = try await stored(store)
            #expect(kept.count == report.added)
            let parser = JSONParser()
            var compared: Set<String> = []
            var entries = 0
            var sharedTwice = 0
            for file in files {
                let bytes = try readWhole(path: file, limit: 1 << 30)
                try JSONParser().withDocument(bytes) { bundle in
                    try bundle["entry"]?.forEachElement { entry in
                        guard let resource = entry["resource"] else { return }
                        let type = resource["resourceType"]?.string ?? "?"
                        let fullURL = entry["fullUrl"]?.string ?? ""
                        let key = "\(type)/\(resource["id"]?.string ?? String(fullURL.dropFirst(9)))"
                        entries += 1
                        // A hospital or a doctor may stand in several files; the first one counts.
                        guard compared.insert(key).inserted else {
                            sharedTwice += kept[key]?.member == 0 ? 1 : 0
                            return
                        }
                        guard let own = kept[key] else {
                            Issue.record("\(key) is not there.")
                            return
                        }
                        var open: Set<Int> = []
                        let before = outline(resource, hasOwnMeta: true) { number, text in
                            let mayChange = text.hasPrefix("urn:") || text.contains("?")
                            if mayChange { open.insert(number) }
                            return mayChange
                        }
                        let hasOwnMeta = resource["meta"] != nil
                        let after = try parser.withDocument(own.body) { root in
                            #expect(root["meta"]?["versionId"]?.string == "1")
                            return outline(root, hasOwnMeta: hasOwnMeta) { number, _ in open.contains(number) }
                        }
                        #expect(before.bytes == after.bytes, "\(key)")
                        #expect(before.meta == after.meta, "\(key)")
                        for reference in after.references where kept[reference] == nil { Issue.record("\(key) refers to \(reference).") }
                    }
                }
            }
            #expect(entries == 6388)
            #expect(compared.count == kept.count)
            #expect(report.kept + sharedTwice == entries)
            #expect(report.warnings.count <= sharedTwice)
            #expect(kept.filter { $0.key.hasPrefix("Patient/") }.count == 18)

            let again = try load()
            #expect(again.added == 0)
            #expect(again.updated == 0)
            #expect(again.unchanged == report.kept)
        }
    }
}
