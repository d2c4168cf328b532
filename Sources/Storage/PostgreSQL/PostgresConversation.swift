import CPostgres
import Foundation
import Synchronization

/// Asking a server and waiting for its answers, no longer than the session's patience: the server holds a statement to its limit only while
/// it is well, and a commit that waits for a standby to no limit at all. libpq itself waits for nothing.
struct PostgresConversation {
    private let handle: OpaquePointer
    private let patience: Duration?

    /// `patience` is for each answer, and for each piece that is sent; nil for as long as it takes.
    init(_ handle: OpaquePointer, patience: Duration?) throws {
        (self.handle, self.patience) = (handle, patience)
        guard PQisnonblocking(handle) == 1 || PQsetnonblocking(handle, 1) == 0 else {
            throw PostgresProblem(nil, handle, doing: "connect")
        }
    }

    /// When what is begun now has taken too long.
    private var end: ContinuousClock.Instant? { patience.map { .now.advanced(by: $0) } }

    /// Runs one or several statements without values; a COPY is answered as soon as it is open.
    func execute(_ sql: String) throws -> OpaquePointer? {
        try ask(sql) { PQsendQuery(handle, sql) }
    }

    /// Sends what `send` sends and returns the last answer, or the first that says no; the caller clears it.
    func ask(_ sql: String, _ send: () -> Int32) throws -> OpaquePointer? {
        guard send() == 1 else { throw PostgresProblem(nil, handle, doing: sql) }
        return try answers(sql)
    }

    /// The last of the answers to what was sent, or the first that says no; the caller clears it.
    func answers(_ sql: String) throws -> OpaquePointer? {
        let end = end
        var kept: OpaquePointer?
        do {
            while let next = try answer(before: end, sql) {
                let isFirstNo = PQresultStatus(kept) == PGRES_FATAL_ERROR && kept != nil
                if isFirstNo {
                    PQclear(next)
                    continue
                }
                PQclear(kept)
                kept = next
                if PQresultStatus(next) == PGRES_COPY_IN { break }
            }
        } catch {
            // The server's farewell says more than that it is gone.
            if kept != nil, PQresultStatus(kept) == PGRES_FATAL_ERROR { return kept }
            PQclear(kept)
            throw error
        }
        return kept
    }

    /// The next answer; nil when all have come, and in a pipeline after each.
    func answer(_ sql: String) throws -> OpaquePointer? { try answer(before: end, sql) }

    private func answer(before end: ContinuousClock.Instant?, _ sql: String) throws -> OpaquePointer? {
        while true {
            let unsent = PQflush(handle)
            guard unsent >= 0 else { throw PostgresProblem(nil, handle, doing: sql) }
            if unsent == 0, PQisBusy(handle) == 0 { return PQgetResult(handle) }
            try wait(for: POLLIN | (unsent > 0 ? POLLOUT : 0), before: end, sql)
        }
    }

    /// Returns once all that was given to libpq is on its way.
    func flush(_ sql: String) throws {
        let end = end
        while true {
            let unsent = PQflush(handle)
            guard unsent >= 0 else { throw PostgresProblem(nil, handle, doing: sql) }
            if unsent == 0 { return }
            // The server may not take anything before it has told something.
            try wait(for: POLLIN | POLLOUT, before: end, sql)
        }
    }

    private func wait(for events: Int32, before end: ContinuousClock.Instant?, _ sql: String) throws {
        var socket = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        let rest = end.map { ContinuousClock.now.duration(to: $0) }
        let ready = poll(
            &socket, 1,
            rest.map { Int32(clamping: max(0, $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000)) } ?? -1
        )
        if ready < 0, errno == EINTR { return }
        guard ready != 0 else {
            abandon()
            var problem = PostgresProblem(code: "", "no answer within \(patience?.components.seconds ?? 0) s", doing: sql)
            problem.isOverdue = true
            throw problem
        }
        guard PQconsumeInput(handle) == 1 else { throw PostgresProblem(nil, handle, doing: sql) }
    }

    /// Ends a session whose answer did not come; what it asked for is cancelled, lest the server keep it and its session for good.
    private func abandon() {
        if let request = PQgetCancel(handle) { PostgresCancel.send(request) }
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
    }
}

/// Asks servers to stop what they are at. Each on a thread of its own, for a server that is not well may not answer that either.
private enum PostgresCancel {
    /// What waits for such a server; more are not sent.
    private static let underWay = Atomic(0)
    private static let most = 32
    private struct Request: @unchecked Sendable { let handle: OpaquePointer }

    static func send(_ handle: OpaquePointer) {
        let request = Request(handle: handle)
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= most else {
            underWay.wrappingSubtract(1, ordering: .relaxed)
            return PQfreeCancel(handle)
        }
        let thread = Thread {
            var words = [CChar](repeating: 0, count: 256)
            PQcancel(request.handle, &words, Int32(words.count))
            PQfreeCancel(request.handle)
            underWay.wrappingSubtract(1, ordering: .relaxed)
        }
        thread.name = "payerbridge.cancel"
        thread.start()
    }
}
