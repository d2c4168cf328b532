import CPostgres

/// Statements sent one after the other without waiting for each answer.
struct PostgresPipeline {
    let connection: PostgresConnection
    /// As many as can wait for their answers without filling the ways in between.
    private static let most = 200

    /// Runs the statement once for each item, bound by `bind`, inside a transaction that the caller holds.
    func run<Item>(_ statement: PostgresStatement, _ items: [Item], bind: (PostgresStatement, Item) -> Void) throws {
        var rest = items[...]
        while let first = rest.first {
            statement.reset()
            bind(statement, first)
            _ = try statement.preparedName()
            try together {
                for item in rest.prefix(Self.most) {
                    statement.reset()
                    bind(statement, item)
                    try statement.send()
                }
            }
            rest = rest.dropFirst(Self.most)
        }
        statement.reset()
    }

    /// Sends what `body` sends and waits for all its answers, which are looked at for problems only. Outside a transaction it is one.
    /// Each statement is prepared already.
    func together(_ body: () throws -> Void) throws {
        guard PQenterPipelineMode(connection.handle) == 1 else { throw PostgresProblem(nil, connection.handle, doing: "pipeline") }
        defer { PQexitPipelineMode(connection.handle) }
        try body()
        guard PQpipelineSync(connection.handle) == 1 else { throw PostgresProblem(nil, connection.handle, doing: "pipeline") }
        var trouble: PostgresProblem?
        while true {
            let next: OpaquePointer?
            // The server's farewell says more than that it is gone.
            do { next = try connection.conversation.answer("pipeline") } catch { throw trouble ?? error }
            guard let result = next else {
                // Nothing stands between two answers; nothing comes any more when the session is lost.
                if PQstatus(connection.handle) == CONNECTION_OK { continue }
                throw trouble ?? PostgresProblem(nil, connection.handle, doing: "pipeline")
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                if let trouble { throw trouble }
                return
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_PIPELINE_ABORTED: break
            default: trouble = trouble ?? PostgresProblem(result, connection.handle, doing: "pipeline")
            }
        }
    }
}
