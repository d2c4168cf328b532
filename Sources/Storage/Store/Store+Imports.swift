package import Exchange
package import FHIR

extension Store: ImportStore {
    package func keep(
        _ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, turn: BatchTurn, pace: ImportPace
    ) throws(Refusal) -> [ImportOutcome] {
        defer { clinicalMark.changed() }
        do { return try engine.keep(batch, plan: plan, at: now, turn: turn, pace: pace) } catch { throw Self.refusal(error) }
    }

    package var batches: ImportBatches { engine.batches }

    package func settle() throws(Refusal) {
        do { try engine.settle() } catch { throw Self.refusal(error) }
    }

    package func sharedIdentifiers(plan: Key<Plan>) throws(Refusal) -> [String: ResourceID] {
        try read { reader in
            let statement = try reader.statement(
                """
                SELECT type, id, body FROM resource WHERE plan = ?1 AND member = 0 AND (type, id) > (?2, ?3) ORDER BY type, id LIMIT 1000
                """)
            defer { statement.reset() }
            let parser = JSONParser()
            var found: [String: ResourceID] = [:]
            // A thousand at a time, for an answer is in memory as a whole.
            var last: (type: Int64, id: String)? = (-1, "")
            while let after = last {
                statement.reset()
                statement.bind(1, plan.number)
                statement.bind(2, after.type)
                statement.bind(3, after.id)
                last = nil
                while try statement.step() {
                    last = (statement.int(0), statement.text(1))
                    guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: statement.int(0))),
                        let id = ResourceID(statement.bytes(1)),
                        let resource = try? PreparedResource(parser.parse(statement.bytes(2)))
                    else { continue }
                    for identifier in resource.identifiers { found["\(type.name)?\(identifier)"] = id }
                }
            }
            return found
        }
    }
}
