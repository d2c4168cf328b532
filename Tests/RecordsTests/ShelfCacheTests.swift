import Exchange
import FHIR
import Synchronization
import Testing
import Trust

@testable import Records

@Suite("The memory that records take")
struct ShelfCacheTests {
    @Test func `what is kept stays within the limit, with all that searches made of it`() throws {
        let limit = 1 << 20
        let cache = ShelfCache(limit: limit)
        let members = (0..<60).map { "m\($0)" }
        var resources: [String] = []
        for member in members {
            resources.append(KnownLeakTests.patient(member))
            let performer = #""performer":[{"reference":"Practitioner/p\#(member)"}],"#
            for number in 0..<40 { resources.append(KnownLeakTests.observation("\(member)-\(number)", of: member, performer)) }
            resources.append(#"{"resourceType":"Practitioner","id":"p\#(member)","name":[{"family":"\#(member)"}]}"#)
        }
        let plan = try MemoryPlan(resources)
        var largest = 0
        for member in members {
            let reader = try plan.reader(member, cache: cache)
            #expect(try reader.found(.observation, [("status", "final"), ("_include", "Observation:performer")]).count == 41)
            #expect(try reader.found(.observation, [("performer:Practitioner.family", member)]).count == 40)
            #expect(try reader.found(.provenance).count == 2)
            largest = max(largest, cache.size)
        }
        #expect(largest > limit / 2, "else nothing had to go")
        // What the last request made is counted when it is used again.
        #expect(largest < limit + limit / 8, "\(largest)")
    }

    @Test(
        "Where a read is a way to another machine, a type that is read again and again is brought whole once that costs no more",
        arguments: [(100, true, 1), (1000, true, 15), (9000, true, 40), (100, false, 40)])
    func brought(_ count: Int, _ waits: Bool, _ singleReads: Int) throws {
        let items = (0..<count).map {
            MemoryRecord.Item(type: .observation, id: "o\($0)", body: #"{"resourceType":"Observation","id":"o\#($0)"}"#)
        }
        let record = MemoryRecord(items, waits: waits)
        for number in 0..<40 {
            let found = try record.reader().read(.observation, id: "o\(number)")
            #expect(found?.reference?.id.text == "o\(number)")
        }
        #expect(try record.reader().read(.observation, id: "nothing") == nil)
        let most = singleReads == 40 ? 41 : singleReads
        #expect(record.singleReads.load(ordering: .relaxed) == most)
    }
}
