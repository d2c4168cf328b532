package import Exchange

extension Store: PlanStore {
    package func enrol(planID: String, name: String) async throws(Refusal) -> Key<Plan> {
        try await change { database in
            let number = try Int64.fetchOne(
                database,
                sql: "INSERT INTO plan (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING number",
                arguments: [planID, name])
            guard let number else { throw Refusal(.unavailable, "The plan could not be added.") }
            return Key(number)
        }
    }

    package func planKey(_ id: String) throws(Refusal) -> Key<Plan>? {
        try read { reader in
            let statement = try reader.statement("SELECT number FROM plan WHERE id = ?")
            defer { statement.reset() }
            statement.bind(1, id)
            return try statement.step() ? Key(statement.int(0)) : nil
        }
    }
}
