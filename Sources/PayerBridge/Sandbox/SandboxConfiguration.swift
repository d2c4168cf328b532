import Exchange
import Foundation
import Storage
import Trust

/// The sandbox's configuration: a plan that sends, one that receives, and one configured as a real plan is, everything in one directory, mails
/// kept to be shown.
enum SandboxConfiguration {
    static let planID = "demo"
    static let planName = "Demo Health Plan"
    static let receiverID = "new"
    static let receiverName = "New Health Plan"
    /// Where a developer's road to production ends; it has no members.
    static let realID = "north"
    static let realName = "North Health Plan"

    static func make(
        data: String, port: Int, smtp: String? = nil, database: PostgresAddress? = nil, passwordCost: PasswordCost = .strong
    ) throws -> ServerConfiguration {
        let publicAddress = "http://localhost:\(port)"
        let plan = ServerConfiguration.PlanEntry(
            id: planID, name: planName,
            addresses: PlanAddresses(authorization: "\(publicAddress)/\(planID)/oauth2", fhir: "\(publicAddress)/\(planID)/r4"),
            policy: PlanPolicy(environment: .sandbox, codeAddress: .typed, limits: .sandbox), hosts: [])
        let receiver = ServerConfiguration.PlanEntry(
            id: receiverID, name: receiverName,
            addresses: PlanAddresses(authorization: "\(publicAddress)/\(receiverID)/oauth2", fhir: "\(publicAddress)/\(receiverID)/r4"),
            policy: PlanPolicy(environment: .sandbox, codeAddress: .typed, limits: .sandbox),
            receive: ServerConfiguration.ReceiveEntry(choices: NewHealthPlan.memberIDs), hosts: [])
        let real = ServerConfiguration.PlanEntry(
            id: realID, name: realName,
            addresses: PlanAddresses(authorization: "\(publicAddress)/\(realID)/oauth2", fhir: "\(publicAddress)/\(realID)/r4"),
            policy: PlanPolicy(environment: .production, codeAddress: .roster), hosts: [])
        return ServerConfiguration(
            host: "127.0.0.1", port: port, publicAddress: publicAddress, dataDirectory: data, database: database,
            sealingKeyFile: data + "/sealing-key", evidenceDirectory: database == nil ? data + "/evidence" : nil, keyFile: data + "/key",
            mail: try smtp.map(mail), plans: [plan, receiver, real], hasPortal: true, passwordCost: passwordCost)
    }

    private static func mail(_ address: String) throws -> MailConfiguration {
        let isTLS = address.hasPrefix("smtps://")
        let rest = address.dropFirst(isTLS ? 8 : 7)
        let parts = rest.split(separator: ":")
        guard isTLS || address.hasPrefix("smtp://"), let host = parts.first, parts.count <= 2,
            let port = parts.count == 2 ? Int(parts[1]) : isTLS ? 465 : 25
        else { throw ConfigurationProblem("--smtp takes an address such as smtp://127.0.0.1:2525.") }
        return MailConfiguration(
            host: String(host), port: port, security: isTLS ? .tls : .none, username: nil, passwordFile: nil, caFile: nil,
            from: "no-reply@demo-health-plan.example.com", fromName: planName)
    }
}
