import FHIR
import Synthetic

@testable import Chart

/// Short ways to a kept resource and to a chart of some.
enum Records {
    static let monday = Timestamp(milliseconds: 1_795_000_000_000)

    static func kept(
        _ type: ResourceType, _ id: String, _ members: String, payer: String = "Old Plan", at receivedAt: Timestamp = monday
    ) -> ChartResource {
        let bytes = Array("{\"resourceType\":\"\(type.name)\",\"id\":\"\(id)\"\(members.isEmpty ? "" : ",")\(members)}".utf8)
        return ChartResource(type: type, id: id, bytes: bytes, payer: payer, receivedAt: receivedAt)
    }

    /// The whole record of a made-up member, with the people and places of the plan.
    static func synthetic(_ index: Int, payer: String = "Demo Health Plan", prefix: String = "", at receivedAt: Timestamp = monday)
        -> [ChartResource]
    {
        var kept: [ChartResource] = []
        func keep(_ type: StaticString, _ bytes: [UInt8]) {
            guard let type = ResourceType(type.description) else { return }
            let id = (try? JSONParser().withDocument(bytes) { $0["id"]?.string }) ?? nil
            kept.append(ChartResource(type: type, id: prefix + (id ?? ""), bytes: bytes, payer: payer, receivedAt: receivedAt))
        }
        let plan = SyntheticPlan()
        plan.sharedResources { keep($0, copy $1) }
        plan.resources(of: index) { keep($0, copy $1) }
        return kept
    }

    static func code(_ system: String, _ code: String, _ display: String) -> String {
        #"{"coding":[{"system":"\#(system)","code":"\#(code)","display":"\#(display)"}]}"#
    }

    static func loinc(_ number: String, _ display: String) -> String { code("http://loinc.org", number, display) }
    static func snomed(_ number: String, _ display: String) -> String { code("http://snomed.info/sct", number, display) }

    static func laboratory(_ value: String, _ date: String, more: String = "") -> String {
        """
        "status":"final","category":[{"coding":[{"code":"laboratory"}]}],"code":\(loinc("2339-0", "Glucose")),\
        "effectiveDateTime":"\(date)","valueQuantity":{"value":\(value),"unit":"mg/dL","code":"mg/dL"}\(more)
        """
    }
}

extension ChartItem {
    func detail(_ label: Detail.Label) -> String? { details.first { $0.label == label }?.text }
}
