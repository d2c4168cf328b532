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
            let statement = try reader.statement("SELECT type, id, body FROM resource WHERE plan = ? AND member = 0")
            defer { statement.reset() }
            statement.bind(1, plan.number)
            let parser = JSONParser()
            var found: [String: ResourceID] = [:]
            while try statement.step() {
                guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: statement.int(0))),
                    let id = ResourceID(statement.bytes(1)),
                    let resource = try? PreparedResource(parser.parse(statement.bytes(2)))
                else { continue }
                for identifier in resource.identifiers { found["\(type.name)?\(identifier)"] = id }
            }
            return found
        }
    }
}
