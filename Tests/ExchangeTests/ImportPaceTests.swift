import FHIR
import Synchronization
import Testing

@testable import Exchange

@Suite("How an import gives way to those who read")
struct ImportPaceTests {
    /// A clock that goes on when somebody works or sleeps, in milliseconds.
    private final class Hands: Sendable {
        let now = Atomic<Int64>(0)
        let slept = Atomic<Int64>(0)

        func work(_ milliseconds: Int64) { now.wrappingAdd(milliseconds, ordering: .relaxed) }

        var clock: ImportPace.Clock {
            ImportPace.Clock(now: { self.now.load(ordering: .relaxed) }) {
                self.now.wrappingAdd($0, ordering: .relaxed)
                self.slept.wrappingAdd($0, ordering: .relaxed)
            }
        }
    }

    private final class Log: Sendable {
        let newest = Atomic<Int64>(0)
        let asked = Atomic(0)

        /// A disclosure.
        func add() { newest.wrappingAdd(1, ordering: .relaxed) }

        func tell() -> Timestamp? {
            asked.wrappingAdd(1, ordering: .relaxed)
            return Timestamp(milliseconds: newest.load(ordering: .relaxed))
        }
    }

    /// How many of `milliseconds` the import worked, in pieces of two.
    private func worked(_ pace: ImportPace, _ hands: Hands, for milliseconds: Int64, meanwhile: () -> Void = {}) -> Int64 {
        let end = hands.now.load(ordering: .relaxed) + milliseconds
        var worked: Int64 = 0
        while hands.now.load(ordering: .relaxed) < end {
            hands.work(2)
            worked += 2
            meanwhile()
            pace.rest()
        }
        return worked
    }

    @Test("It works a quarter of the time while something is disclosed in every turn, and all of it before and after")
    func share() {
        let (hands, log) = (Hands(), Log())
        let pace = ImportPace(clock: hands.clock, newest: log.tell)
        #expect(worked(pace, hands, for: 4_800) == 4_800)
        #expect(!pace.isGivingWay)
        let share = worked(pace, hands, for: 4_800, meanwhile: log.add)
        #expect(share >= 1_100 && share <= 1_400, "\(share)")
        #expect(pace.isGivingWay)
        // What was disclosed since the last look is seen once more.
        let after = worked(pace, hands, for: 4_800)
        #expect(after >= 4_700, "\(after)")
        #expect(!pace.isGivingWay)
    }

    @Test("It asks once in a turn, however often its threads come by, and never when it gives way to nobody")
    func asking() {
        let (hands, log) = (Hands(), Log())
        let pace = ImportPace(clock: hands.clock, newest: log.tell)
        _ = worked(pace, hands, for: 4_800)
        #expect(log.asked.load(ordering: .relaxed) <= 101)
        let full = ImportPace(clock: hands.clock, newest: nil)
        #expect(worked(full, hands, for: 4_800, meanwhile: log.add) == 4_800)
        #expect(hands.slept.load(ordering: .relaxed) == 0)
    }

    @Test("A rest ends when somebody waits for what the caller holds")
    func wanted() {
        let (hands, log) = (Hands(), Log())
        let pace = ImportPace(clock: hands.clock, newest: log.tell)
        hands.work(30)
        #expect(!pace.rest { true }, "nothing is known of reads yet")
        hands.work(48)
        log.add()
        var looks = 0
        let wasWanted = pace.rest {
            looks += 1
            return looks == 4
        }
        #expect(wasWanted)
        #expect(hands.slept.load(ordering: .relaxed) == 3)
    }

    @Test("A log that does not answer is taken for silent")
    func silent() {
        let hands = Hands()
        let pace = ImportPace(clock: hands.clock) { nil }
        #expect(worked(pace, hands, for: 960) == 960)
    }
}
