/// A value that never shows its content when printed, interpolated, dumped or put in a crash report.
package protocol PrivateValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension PrivateValue {
    package var description: String { "<private>" }
    package var debugDescription: String { "<private>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
