import Exchange
import FHIR
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
}
