import Exchange
import FHIR
import Testing
import Trust

@testable import Records

@Suite("The plan's Provenance as transmitter")
struct TransmissionTests {
    private static let start = Timestamp(milliseconds: 1_700_000_000_000)

    private static func items(_ ids: [String], at time: Timestamp) -> [MemoryRecord.Item] {
        [.init(type: .patient, id: "a", body: KnownLeakTests.patient("a"), updated: start)]
            + ids.map { .init(type: .observation, id: $0, body: KnownLeakTests.observation($0, of: "a"), updated: time) }
    }

    private static func reader(_ items: [MemoryRecord.Item], cache: ShelfCache = ShelfCache()) throws -> RecordReader {
        let access = RecordAccess(
            plan: MemoryRecord.plan, compartment: Compartment(plan: MemoryRecord.plan.key, member: Key(1), patientID: "a"),
            policy: .standard, scope: try ScopeSet(parsing: "patient/*.rs"), now: today)
        return try RecordReader(access: access, store: MemoryRecord(items), cache: cache)
    }

    private static func document(_ reader: RecordReader) throws -> (version: Int, text: String) {
        let found = try #require(try reader.transmission(of: .observation, for: .read))
        return (found.version, found.shelf.withBody(found.row) { String(decoding: $0, as: UTF8.self) })
    }

    @Test func `its version is another one as soon as anything in it is, and the same as long as nothing is`() throws {
        let first = try Self.document(Self.reader(Self.items(["x", "y"], at: Self.start)))
        let again = try Self.document(Self.reader(Self.items(["x", "y"], at: Self.start)))
        #expect(first == again)
        #expect(first.text.contains("\"versionId\":\"\(first.version)\""))
        let later = try Self.document(Self.reader(Self.items(["x", "y"], at: Self.start.adding(seconds: 1))))
        #expect(later.text != first.text && later.version != first.version)
        let more = try Self.document(Self.reader(Self.items(["x", "y", "z"], at: Self.start)))
        #expect(more.text != first.text && more.version != first.version)
    }

    @Test func `a search finds it beside the stored ones, again and again`() throws {
        let items =
            Self.items(["x"], at: Self.start) + [
                .init(
                    type: .provenance, id: "stored",
                    body: #"{"resourceType":"Provenance","id":"stored","target":[{"reference":"Observation/x"}]}"#, updated: Self.start)
            ]
        let cache = ShelfCache()
        for _ in 0..<2 {
            let reader = try Self.reader(items, cache: cache)
            let found = try reader.found(.provenance, [("target", "Observation/x")])
            #expect(found.count == 2 && found.contains("Provenance/stored"))
            #expect(found.stored == ["Provenance/stored"])
        }
    }
}
