import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Storage

@Suite("What waits to be written together")
struct GroupQueueTests {
    @Test("A single caller's one is handed out at once, however long there would be to wait")
    func single() {
        let queue = GroupQueue<Int>(groupSize: 10, patience: .seconds(60))
        for number in 0..<20 {
            #expect(queue.mustDrain(adding: number))
            #expect(queue.next() == [number])
            #expect(queue.next() == nil)
        }
    }

    @Test("After a larger group it waits for as many")
    func several() async throws {
        let queue = GroupQueue<Int>(groupSize: 10, patience: .seconds(60))
        for number in 0..<4 { _ = queue.mustDrain(adding: number) }
        #expect(queue.next()?.count == 4)
        #expect(!queue.mustDrain(adding: 8))
        let added = OwnThread {
            for number in 9..<12 {
                Thread.sleep(forTimeInterval: 0.005)
                _ = queue.mustDrain(adding: number)
            }
        }
        #expect(queue.next() == [8, 9, 10, 11])
        try await added.value
        #expect(queue.next() == nil)
    }

    @Test("It waits no longer than it has patience")
    func alone() {
        let queue = GroupQueue<Int>(groupSize: 10, patience: .milliseconds(20))
        for number in 0..<8 { _ = queue.mustDrain(adding: number) }
        #expect(queue.next()?.count == 8)
        _ = queue.mustDrain(adding: 8)
        #expect(queue.next() == [8])
        #expect(queue.next() == nil)
    }

    @Test("Every one is handed out once, in its order, however many add and however it is timed")
    func crowd() {
        let queue = GroupQueue<(adder: Int, number: Int)>(groupSize: 16, patience: .microseconds(100))
        let taken = Mutex<[[Int]]>(Array(repeating: [], count: 8))
        let writing = DispatchQueue(label: "writing")
        DispatchQueue.concurrentPerform(iterations: 8) { adder in
            for number in 0..<500 {
                guard queue.mustDrain(adding: (adder, number)) else { continue }
                writing.async {
                    while let group = queue.next() {
                        taken.withLock { taken in for one in group { taken[one.adder].append(one.number) } }
                    }
                }
            }
        }
        writing.sync {}
        #expect(taken.withLock { $0 } == Array(repeating: Array(0..<500), count: 8))
    }
}
