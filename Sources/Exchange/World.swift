package import FHIR
import Foundation

/// What the house takes from outside: the time. Given, so that tests have exact clocks.
package struct World: Sendable {
    package let now: @Sendable () -> Timestamp

    package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    package static let real = World { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
