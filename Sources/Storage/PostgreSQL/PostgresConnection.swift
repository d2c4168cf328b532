import CPostgres
import Exchange
import Foundation
import Synchronization

/// A session with a PostgreSQL server. One thread at a time; that thread waits for the answers.
final class PostgresConnection: Connection {
    /// What a session is for, which decides what it may do.
    enum Purpose {
        case read, change, log, bulk
        /// Putting what the log holds where it is read. Lost commits of it are done again, so none waits for the disk or a standby.
        case fold
        /// Reading that takes its time: counting a whole plan.
        case survey
        case administer

        /// Settings of the session. A statement that takes longer than its limit has gone astray.
        fileprivate var settings: [(String, String)] {
            switch self {
            case .read: [("default_transaction_read_only", "on"), ("statement_timeout", "10000"), ("lock_timeout", "2000")]
            case .change:
                [
                    ("default_transaction_isolation", "serializable"), ("statement_timeout", "10000"), ("lock_timeout", "5000"),
                    ("idle_in_transaction_session_timeout", "15000"),
                ]
            case .log: [("statement_timeout", "5000"), ("lock_timeout", "2000")]
            case .fold:
                [
                    ("synchronous_commit", "off"), ("statement_timeout", "10000"), ("lock_timeout", "5000"),
                    ("idle_in_transaction_session_timeout", "5000"),
                ]
            // A batch asks for some thousand rows by their keys. To read the whole plan in the order of its keys beside them looks cheap to
            // the planner, and is done for each batch.
            case .bulk:
                [
                    ("statement_timeout", "120000"), ("idle_in_transaction_session_timeout", "120000"), ("enable_mergejoin", "off"),
                    ("enable_hashjoin", "off"),
                ]
            case .survey: [("default_transaction_read_only", "on"), ("statement_timeout", "0"), ("lock_timeout", "10000")]
            case .administer: [("statement_timeout", "0"), ("lock_timeout", "0")]
            }
        }

        /// For how long a server that is not there is looked for: it may be starting again, or another may take its place. A load, whose end nobody
        /// waits for at a browser, has more time; a command says at once what is wrong.
        fileprivate var search: Duration {
            switch self {
            case .read, .change, .log, .fold: .seconds(5)
            case .bulk, .survey: .seconds(60)
            case .administer: .zero
            }
        }

        /// How long an answer is waited for, somewhat longer than the server is to need; nil for as long as it takes.
        fileprivate var patience: Duration? {
            switch self {
            case .read, .change, .fold: .seconds(15)
            case .log: .seconds(8)
            case .bulk: .seconds(150)
            case .survey, .administer: nil
            }
        }
    }

    private(set) var handle: OpaquePointer
    private(set) var conversation: PostgresConversation
    private let address: PostgresAddress
    private let purpose: Purpose
    private var nextName = 0
    /// Grows with each new session, so that a statement knows whether it is still prepared.
    private(set) var session = 0

    init(_ address: PostgresAddress, for purpose: Purpose) throws {
        (self.address, self.purpose) = (address, purpose)
        (handle, conversation) = try Self.search(address, purpose)
    }

    deinit { PQfinish(handle) }

    /// The URI's own words win over the first settings and lose against the last.
    private static func open(_ address: PostgresAddress, _ purpose: Purpose) throws -> (OpaquePointer, PostgresConversation) {
        let words = [
            ("connect_timeout", "3"), ("target_session_attrs", "read-write"), ("keepalives_idle", "10"), ("keepalives_interval", "3"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "10000"), ("application_name", "payerbridge"), ("dbname", address.uri),
            ("client_encoding", "UTF8"),
        ]
        var names = words.map { UnsafePointer(strdup($0.0)) }
        var values = words.map { UnsafePointer(strdup($0.1)) }
        names.append(nil)
        values.append(nil)
        defer { for text in names + values { free(UnsafeMutableRawPointer(mutating: text)) } }
        guard let handle = PQconnectdbParams(names, values, 1) else { throw PostgresProblem(nil, nil, doing: "connect") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let problem = PostgresProblem(nil, handle, doing: "connect")
            PQfinish(handle)
            throw problem
        }
        // What the server wants to tell goes into its own log.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        // A plan is made once, also on tables that were empty then: it goes through the indexes whatever the statistics say.
        let settings =
            purpose.settings + [("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("jit", "off"), ("TimeZone", "UTC")]
        let sql = settings.map { "SET \($0.0) = '\($0.1)'" }.joined(separator: "; ")
        do {
            let result = try PostgresConversation(handle, patience: purpose.patience ?? .seconds(15)).execute(sql)
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw PostgresProblem(result, handle, doing: "set up") }
            return (handle, try PostgresConversation(handle, patience: purpose.patience))
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    /// Whether the session is there, outside a transaction, and nobody has closed it meanwhile.
    var isUsable: Bool {
        guard PQstatus(handle) == CONNECTION_OK, PQtransactionStatus(handle) == PQTRANS_IDLE else { return false }
        var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard poll(&socket, 1, 0) > 0 else { return true }
        // Something came that nobody asked for: a notice, or the server's farewell.
        return PQconsumeInput(handle) == 1 && PQstatus(handle) == CONNECTION_OK
    }

    /// What was begun here, whatever has become of the session since.
    private(set) var isInTransaction = false

    /// Begins a change on a session that is there.
    func begin() throws {
        do { try run("BEGIN") } catch let problem as PostgresProblem where problem.isLost && !problem.isOverdue {
            try reopen()
            try run("BEGIN")
        }
        isInTransaction = true
    }

    func commit() throws {
        isInTransaction = false
        let result = try conversation.execute("COMMIT")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw PostgresProblem(result, handle, doing: "COMMIT") }
        // A transaction in which a statement had failed answers a COMMIT with its undoing, and calls that well.
        guard String(cString: PQcmdStatus(result)) == "COMMIT" else {
            throw PostgresProblem(code: "25P02", "a statement had failed, so nothing was changed", doing: "COMMIT")
        }
    }

    func rollback() {
        isInTransaction = false
        try? run("ROLLBACK")
    }

    /// Opens the session anew where the server is now.
    func reopen() throws {
        let fresh = try Self.search(address, purpose)
        PQfinish(handle)
        (handle, conversation) = fresh
        session += 1
    }

    private static func search(_ address: PostgresAddress, _ purpose: Purpose) throws -> (OpaquePointer, PostgresConversation) {
        let end = ContinuousClock.now.advanced(by: purpose.search)
        var pause = 0.02
        while true {
            do { return try open(address, purpose) } catch {
                guard ContinuousClock.now.advanced(by: .seconds(pause)) < end else { throw error }
                Thread.sleep(forTimeInterval: pause)
                pause = min(pause * 2, 0.25)
            }
        }
    }

    func name() -> String {
        nextName += 1
        return "s\(nextName)"
    }

    func prepare(_ sql: String) throws -> any Statement { PostgresStatement(self, sql) }

    /// Runs one or several statements that answer nothing.
    func run(_ sql: String) throws {
        let result = try conversation.execute(sql)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: throw PostgresProblem(result, handle, doing: sql)
        }
    }

    func beginSnapshot() throws {
        do { try run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") } catch let problem as PostgresProblem
            where problem.isLost && !problem.isOverdue
        {
            try reopen()
            try run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
        isInTransaction = true
    }

    func endSnapshot() {
        isInTransaction = false
        try? run("COMMIT")
    }
}
