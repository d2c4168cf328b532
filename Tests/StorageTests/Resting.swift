import FHIR
import Synchronization

@testable import Exchange

/// A pace at which an import rests whenever it may: each look at the clock finds the readers' part of a new turn, and something was read since.
final class Resting: Sendable {
    private let looks = Atomic<Int64>(0)
    let slept = Atomic(0)
    var pace: ImportPace {
        ImportPace(
            clock: ImportPace.Clock(
                now: { 24 + 48 * self.looks.wrappingAdd(1, ordering: .relaxed).newValue },
                sleep: { _ in self.slept.wrappingAdd(1, ordering: .relaxed) })
        ) { Timestamp(milliseconds: self.looks.load(ordering: .relaxed)) }
    }
}
