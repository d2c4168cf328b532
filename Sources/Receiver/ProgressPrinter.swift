import Foundation
import Synchronization

/// Shows the events of a receive to a person: one line that changes on a terminal, plain lines elsewhere, and the summary at the end.
package final class ProgressPrinter: Sendable {
    private let isTerminal: Bool
    private let width: Int
    private let write: @Sendable (String) -> Void
    private let progress = Mutex(Progress())

    private struct Progress {
        var types = 0
        var typesDone = 0
        var before = 0
        var atStart: [String: Int] = [:]
        var received: [String: Int] = [:]
        var begun: ContinuousClock.Instant?
        var drawn: ContinuousClock.Instant?
        var isLineOpen = false

        /// Of this run; with `before`, all.
        var fresh: Int { received.reduce(0) { $0 + $1.value - (atStart[$1.key] ?? 0) } }
    }

    /// `write` takes text for the stream as it is, escape sequences included when `isTerminal`; `width` in columns.
    package init(isTerminal: Bool, width: Int = 80, write: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.width = max(40, width)
        self.write = write
    }

    /// For the program's standard error.
    package static func standardError() -> ProgressPrinter {
        var size = winsize()
        let isTerminal = isatty(STDERR_FILENO) == 1
        let width = isTerminal && ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
        return ProgressPrinter(isTerminal: isTerminal, width: width) { FileHandle.standardError.write(Data($0.utf8)) }
    }

    /// Pass this as `report`.
    package func show(_ event: ReceiveEvent) {
        progress.withLock { progress in
            switch event {
            case .discovered(let base, let software, let types):
                progress.types = types
                line("Found \(software ?? "a FHIR server") at \(base); it has \(types) types to ask for.", &progress)
            case .resumed(let resources, let done, let types):
                progress.before = resources
                progress.typesDone = done
                line(
                    "Going on with an interrupted receive: \(Self.grouped(resources)) resources and \(done) of \(types) types are here.",
                    &progress)
            case .authorizeURL(let address):
                line("\nThe member opens this address in a browser:\n\n  \(address)\n", &progress)
            case .waiting(let redirect, let timeout):
                line("Waiting for the answer at \(redirect), \(Self.words(timeout)) at most.", &progress)
            case .authorized(let patient):
                line("Authorised for patient \(patient).", &progress)
            case .typeStarted(let type, let received):
                progress.atStart[type] = received
                progress.received[type] = received
                progress.begun = progress.begun ?? .now
                draw(&progress, force: false)
            case .page(let type, let received, _):
                progress.received[type] = received
                draw(&progress, force: false)
            case .typeFinished(let end):
                progress.typesDone += 1
                progress.received[end.type] = end.count
                finished(end, &progress)
            case .retry(let pause, let reason):
                line("Trying again in \(Self.words(pause)): \(reason).", &progress)
            case .finished(let receipt):
                line("\n" + receipt.summary, &progress)
            }
        }
    }

    private func finished(_ end: ReceiveEvent.TypeEnd, _ progress: inout Progress) {
        switch end.outcome {
        case .received:
            if isTerminal {
                draw(&progress, force: true)
            } else if end.count > 0 {
                line("\(end.type): \(Self.grouped(end.count))", &progress)
            }
        case .notShared:
            if isTerminal { draw(&progress, force: true) } else { line("\(end.type): not shared", &progress) }
        case .failed(let reason):
            line("\(end.type): ended early, \(reason).", &progress)
        }
    }

    /// A line that stays.
    private func line(_ text: String, _ progress: inout Progress) {
        let clear = progress.isLineOpen ? "\r\u{1B}[2K" : ""
        progress.isLineOpen = false
        write(clear + text + "\n")
    }

    private func draw(_ progress: inout Progress, force: Bool) {
        guard isTerminal, let begun = progress.begun else { return }
        let now = ContinuousClock.now
        if !force, let drawn = progress.drawn, now - drawn < .milliseconds(100) { return }
        progress.drawn = now
        progress.isLineOpen = true
        let seconds = Double((now - begun).components.seconds) + Double((now - begun).components.attoseconds) / 1e18
        let resources = progress.before + progress.fresh
        let rate = seconds > 0.5 ? "   \(Self.grouped(Int(Double(progress.fresh) / seconds)))/s" : ""
        let time = "\(Int(seconds) / 60):" + String(Int(seconds) % 60 + 100).dropFirst()
        let text = "Receiving   \(progress.typesDone) of \(progress.types) types   \(Self.grouped(resources)) resources\(rate)   \(time)"
        write("\r\u{1B}[2K" + text.prefix(width - 1))
    }

    /// `12,345`.
    static func grouped(_ number: Int) -> String {
        var out = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3), digit != "-" { out.append(",") }
            out.append(digit)
        }
        return String(out.reversed())
    }

    private static func words(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds >= 120 { return "\(seconds / 60) minutes" }
        return seconds >= 1 ? "\(seconds) s" : "less than a second"
    }
}
