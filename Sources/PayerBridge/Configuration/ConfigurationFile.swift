import Exchange
import Foundation
import Server
import Storage
import Trust
import Yams

/// Reads `payerbridge.yaml`.
enum ConfigurationFile {
    static func read(_ path: String) throws -> ServerConfiguration {
        guard let data = FileManager.default.contents(atPath: path) else { throw ConfigurationProblem("There is no file \(path).") }
        guard let text = String(validating: data, as: UTF8.self) else { throw ConfigurationProblem("\(path) is not UTF-8.") }
        let root: Node
        do {
            guard let composed = try Yams.compose(yaml: text) else { throw ConfigurationProblem("\(path) is empty.") }
            root = composed
        } catch let error as YamlError { throw ConfigurationProblem("\(path): this is not YAML. \(error)") }
        return try configuration(ConfigurationNode(node: root, path: "", file: path), folder: (path as NSString).deletingLastPathComponent)
    }

    private static func configuration(_ root: ConfigurationNode, folder: String) throws -> ServerConfiguration {
        let top = try root.mapping([
            "listen", "publicAddress", "dataDirectory", "database", "keyFile", "sealingKeyFile", "evidenceDirectory", "tls", "admin",
            "proxies", "drain", "mail", "portal", "plans",
        ])
        let place = try top["listen"].map { try address($0) } ?? .init(host: "127.0.0.1", port: 8080)
        let publicAddress = try top.required("publicAddress", of: root).address()
        let admin = try top["admin"].map { try self.admin($0) }
        if let node = top["admin"], let admin, admin.port == place.port { throw node.problem("admin needs another port than listen.") }
        let tls = try top["tls"].map { try self.tls($0, folder: folder) }
        if let node = top["tls"], !publicAddress.hasPrefix("https://") {
            throw node.problem("With tls, publicAddress begins with https://.")
        }
        let dataDirectory = resolve(try top.required("dataDirectory", of: root).text(), folder)
        let plans = try top.required("plans", of: root).elements().map { try plan($0, publicAddress, folder: folder) }
        let ids = plans.map(\.id)
        guard Set(ids).count == ids.count else { throw try top.required("plans", of: root).problem("Two plans have the same id.") }
        let hasPortal = try top["portal"]?.choice(PortalChoice.self) == .open
        if !hasPortal, let receiving = plans.first(where: { $0.receive != nil }) {
            throw try top.required("plans", of: root).problem(
                "\(receiving.id) receives records, so its operator needs the review console: add portal: open.")
        }
        func file(_ name: String) throws -> String? { try top[name].map { resolve(try $0.text(), folder) } }
        let database = try top["database"].map { try Self.database($0) }
        let keyFile = try file("keyFile")
        let sealingKeyFile = try file("sealingKeyFile")
        if let node = top["database"], keyFile == nil || (sealingKeyFile == nil && plans.contains { $0.receive != nil }) {
            // A key that each node made for itself would open nothing at the others.
            throw node.problem(
                "With a database, name the keyFile that every node uses, and the sealingKeyFile where a plan receives. Make one with: head -c 32 /dev/urandom > FILE; chmod 600 FILE"
            )
        }
        return ServerConfiguration(
            host: place.host, port: place.port, publicAddress: publicAddress, dataDirectory: dataDirectory, database: database,
            sealingKeyFile: sealingKeyFile ?? dataDirectory + "/sealing-key",
            evidenceDirectory: try file("evidenceDirectory") ?? (database == nil ? dataDirectory + "/evidence" : nil),
            keyFile: keyFile ?? dataDirectory + "/key",
            mail: try top["mail"].map { try mail($0, folder: folder) }, plans: plans, tls: tls,
            admin: admin, proxies: try proxies(top["proxies"]), drain: try top["drain"].map { try drain($0) } ?? .init(),
            hasPortal: hasPortal)
    }

    private static func database(_ node: ConfigurationNode) throws -> PostgresAddress {
        guard let address = PostgresAddress(try node.text()) else {
            throw node.problem("database must be a PostgreSQL address, \(PostgresAddress.hint).")
        }
        return address
    }

    private static func proxies(_ node: ConfigurationNode?) throws -> Proxies {
        var proxies = Proxies()
        for entry in try node?.elements() ?? [] where try !proxies.add(entry.text()) {
            throw entry.problem("\(entry.path) must be an address such as 10.0.0.5, or a network such as 10.0.0.0/24.")
        }
        return proxies
    }

    private enum PortalChoice: String, CaseIterable { case open, closed }

    private static func resolve(_ path: String, _ folder: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    }

    private static func address(_ node: ConfigurationNode) throws -> ServerConfiguration.ListenAddress {
        let text = try node.text()
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else {
            throw node.problem("\(node.path) must be an address and a port, such as 127.0.0.1:8080.")
        }
        return .init(host: String(text[..<colon]), port: port)
    }

    private static func tls(_ node: ConfigurationNode, folder: String) throws -> ServerConfiguration.TLSFiles {
        let members = try node.mapping(["certificate", "key"])
        return .init(
            certificate: resolve(try members.required("certificate", of: node).text(), folder),
            key: resolve(try members.required("key", of: node).text(), folder))
    }

    private static func admin(_ node: ConfigurationNode) throws -> ServerConfiguration.ListenAddress {
        let members = try node.mapping(["address"])
        return try members["address"].map { try address($0) } ?? .init(host: "127.0.0.1", port: 9090)
    }

    private static func drain(_ node: ConfigurationNode) throws -> ServerConfiguration.DrainTimes {
        let members = try node.mapping(["graceSeconds", "finishSeconds"])
        var times = ServerConfiguration.DrainTimes()
        if let seconds = try members["graceSeconds"]?.number(0...300) { times.grace = .seconds(seconds) }
        if let seconds = try members["finishSeconds"]?.number(1...600) { times.finish = .seconds(seconds) }
        return times
    }

    private static func plan(_ node: ConfigurationNode, _ publicAddress: String, folder: String) throws -> ServerConfiguration.PlanEntry {
        let members = try node.mapping(["id", "name", "hosts", "codeAddress", "environment", "tokens", "release", "receive", "quota"])
        let idNode = try members.required("id", of: node)
        let id = try idNode.text()
        let isPlain = id.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
        guard isPlain, id.utf8.count <= 40, !["assets", "sandbox", "healthz", "portal", "review", "api", "evidence"].contains(id) else {
            throw idNode.problem("\(idNode.path) must be lower-case letters, digits and '-', such as demo: it stands in addresses.")
        }
        var authorization = "\(publicAddress)/\(id)/oauth2"
        var fhir = "\(publicAddress)/\(id)/r4"
        var hosts: [String] = []
        if let hostsNode = members["hosts"] {
            let named = try hostsNode.mapping(["auth", "api"])
            let auth = try named.required("auth", of: hostsNode).address()
            let api = try named.required("api", of: hostsNode).address()
            authorization = auth + "/oauth2"
            fhir = api + "/r4"
            hosts = [auth, api].map { HostName.of($0) }
        }
        let environment = try members["environment"]?.choice(RedirectURI.Environment.self) ?? .production
        var policy = PlanPolicy(
            environment: environment, codeAddress: try members["codeAddress"]?.choice(CodeAddressChoice.self).value ?? .roster,
            limits: environment == .sandbox ? .sandbox : .strict)
        if let tokens = members["tokens"] {
            let named = try tokens.mapping(["accessMinutes", "refreshDays"])
            if let minutes = try named["accessMinutes"]?.number(1...60) { policy.accessTokenSeconds = minutes * 60 }
            if let days = try named["refreshDays"]?.number(1...365) { policy.refreshTokenSeconds = days * 86_400 }
        }
        if let release = members["release"] { policy.release = try ReleaseConfiguration.read(release) }
        return ServerConfiguration.PlanEntry(
            id: id, name: try members.required("name", of: node).text(), addresses: PlanAddresses(authorization: authorization, fhir: fhir),
            policy: policy, quota: try members["quota"].map { try quota($0) },
            receive: try members["receive"].map { try receive($0, folder: folder) }, hosts: hosts)
    }

    private static func quota(_ node: ConfigurationNode) throws -> PlanQuota {
        let members = try node.mapping(["members", "resources", "bytes"])
        let most = 1...Int.max
        return PlanQuota(
            members: try members["members"]?.number(most), resources: try members["resources"]?.number(most),
            bytes: try members["bytes"]?.number(most))
    }

    private enum KeepChoice: String, CaseIterable { case atOnce, afterLook }

    private static func receive(_ node: ConfigurationNode, folder: String) throws -> ServerConfiguration.ReceiveEntry {
        let members = try node.mapping(["linkKeyFile", "keep"])
        return ServerConfiguration.ReceiveEntry(
            linkKeyFile: try members["linkKeyFile"].map { resolve(try $0.text(), folder) },
            keepsAtOnce: try members["keep"]?.choice(KeepChoice.self) == .atOnce)
    }

    private enum CodeAddressChoice: String, CaseIterable {
        case typed, roster
        var value: PlanPolicy.CodeAddress { self == .typed ? .typed : .roster }
    }

    private static func mail(_ node: ConfigurationNode, folder: String) throws -> MailConfiguration {
        let members = try node.mapping(["host", "port", "security", "username", "passwordFile", "caFile", "from", "fromName"])
        let security = try members["security"]?.choice(MailConfiguration.Security.self) ?? .starttls
        let from = try members.required("from", of: node)
        guard EmailAddress(try from.text()) != nil else { throw from.problem("\(from.path) must be an e-mail address.") }
        return MailConfiguration(
            host: try members.required("host", of: node).text(),
            port: try members["port"]?.number(1...65_535) ?? (security == .tls ? 465 : 587), security: security,
            username: try members["username"]?.text(), passwordFile: try members["passwordFile"].map { resolve(try $0.text(), folder) },
            caFile: try members["caFile"].map { resolve(try $0.text(), folder) }, from: try from.text(),
            fromName: try members["fromName"]?.text() ?? "PayerBridge")
    }
}

/// The name under which an address is asked for: its host, with the port unless it is the scheme's own.
enum HostName {
    static func of(_ address: String) -> String {
        let rest = address.hasPrefix("https://") ? address.dropFirst(8) : address.dropFirst(7)
        return String(rest.prefix { $0 != "/" })
    }
}
