import Exchange
import FHIR
import Yams

/// Reads a plan's `release`: for each channel the types that are shared, how many years of service, and the labels held back.
enum ReleaseConfiguration {
    static func read(_ node: ConfigurationNode) throws -> [ReleaseChannel: ReleasePolicy] {
        let channels = try node.mapping(ReleaseChannel.allCases.map(\.rawValue))
        var policies: [ReleaseChannel: ReleasePolicy] = [:]
        for channel in ReleaseChannel.allCases {
            if let entry = channels[channel.rawValue] { policies[channel] = try policy(entry) }
        }
        return policies
    }

    private static func policy(_ node: ConfigurationNode) throws -> ReleasePolicy {
        let members = try node.mapping(["types", "serviceYears", "withheldLabels"])
        let standard = ReleasePolicy.standard
        return ReleasePolicy(
            types: try members["types"].map { try $0.elements().map(type) } ?? Array(standard.types),
            serviceYears: try members["serviceYears"]?.number(1...100) ?? standard.serviceYears,
            withheldLabels: try members["withheldLabels"].map(labels) ?? standard.withheldLabels)
    }

    private static func type(_ node: ConfigurationNode) throws -> ResourceType {
        let name = try node.text()
        guard let type = ResourceType(name) else { throw node.problem("\(name) is not a resource type of FHIR R4.") }
        guard !ReleasedTypes.isNeverShared(type) else { throw node.problem("\(name) is never shared in this exchange.") }
        guard ReleasedTypes.isClinical(type) else {
            let known = ReleasedTypes.clinical.map(\.name).joined(separator: ", ")
            throw node.problem("\(name) cannot be shared here. These can: \(known).")
        }
        return type
    }

    /// `R` is short for the confidentiality code; any other label is written `system|code`. `none` holds nothing back.
    private static func labels(_ node: ConfigurationNode) throws -> [SecurityLabel] {
        if node.node.string == "none" { return [] }
        return try node.elements().map { element in
            let text = try element.text()
            let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let last = parts.last, !last.isEmpty else { throw element.problem("\(element.path) must be a code or system|code.") }
            return SecurityLabel(system: parts.count == 2 ? parts[0] : SecurityLabel.confidentiality, code: last)
        }
    }
}
