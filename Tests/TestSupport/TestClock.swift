package import Exchange
package import FHIR
import Foundation
import Synchronization

/// A clock that stands still until a test moves it. It begins at the real time, since a mail's due time is compared with that.
package final class TestClock: Sendable {
    private let moment: Mutex<Timestamp>

    package init() { moment = Mutex(Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))) }

    package var now: Timestamp { moment.withLock { $0 } }
    package func advance(seconds: Int) { moment.withLock { $0 = $0.adding(seconds: seconds) } }
    package var world: World { World { [self] in now } }
}
