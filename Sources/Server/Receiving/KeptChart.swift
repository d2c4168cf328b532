import Chart
import Exchange
import FHIR
import Pages
import Records

/// Loads a member's record as a chart, each resource with the payer that sent it.
enum KeptChart {
    /// Nil for a member who has no record. `notSentAgain` is added to the name of a payer that no longer sends the resource.
    static func load(_ member: Member, _ plan: Plan, _ store: some Site.Store, notSentAgain: String) throws -> (
        chart: Chart, gender: String
    )? {
        guard let patient = member.patientID else { return nil }
        let compartment = Compartment(plan: plan.key, member: member.key, patientID: patient)
        let origins = try store.origins(of: member.key, plan: plan.key)
        let names = Dictionary(try store.sendingPayers(plan: plan.key).map { ($0.key, $0.name) }) { first, _ in first }
        var resources: [ChartResource] = []
        var gender = ""
        let parser = JSONParser()
        try RecordLines(store: store, compartment: compartment).each { type, body in
            let resource = try parser.parse(body)
            guard let id = resource["id"]?.text.flatMap({ ResourceID($0) }) else { return }
            if type == .patient { gender = resource["gender"]?.string ?? "" }
            let origin = origins[Reference(type, id)]
            let payer = origin.map { (names[$0.payer] ?? "") + ($0.hasDisappeared ? " (\(notSentAgain))" : "") } ?? ""
            resources.append(
                ChartResource(
                    type: type, id: id.text, bytes: Array(body), payer: payer,
                    receivedAt: origin?.receivedAt ?? Timestamp(milliseconds: 0)))
        }
        return resources.isEmpty ? nil : (Chart(resources), gender)
    }
}
