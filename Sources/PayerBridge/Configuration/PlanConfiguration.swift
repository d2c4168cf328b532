import Exchange
import Server
import Storage
import Trust

/// The configuration file of a real plan's server, read and proven.
struct ServerConfiguration: Sendable {
    struct PlanEntry: Sendable {
        let id: String
        let name: String
        let addresses: PlanAddresses
        let policy: PlanPolicy
        /// The most that imports may bring it to; nil for no limit.
        var quota: PlanQuota?
        /// Set for a plan that brings its members' records from others.
        var receive: ReceiveEntry?
        /// Hosts, as they stand in a request's Host, at whose root the plan is served.
        let hosts: [String]
    }

    /// How a plan receives.
    struct ReceiveEntry: Sendable {
        /// The file with the key that the plan's own member portal signs its links with.
        var linkKeyFile: String?
        /// Kept as soon as it has arrived, without the member's look.
        var keepsAtOnce = false
        /// Members of the sandbox that anyone may choose to be.
        var choices: [String] = []
    }

    struct TLSFiles: Sendable {
        let certificate: String
        let key: String
    }

    struct ListenAddress: Sendable {
        let host: String
        let port: Int
    }

    /// How a server leaves.
    struct DrainTimes: Sendable {
        /// How long it goes on as before once it has said that it is leaving.
        var grace = Duration.seconds(1)
        /// How long requests in hand may then take.
        var finish = Duration.seconds(10)
    }

    let host: String
    let port: Int
    let publicAddress: String
    let dataDirectory: String
    /// The PostgreSQL server that keeps the store; without it, it is a file in the data directory.
    var database: PostgresAddress?
    /// The key under which secrets that must be used again are sealed.
    let sealingKeyFile: String
    /// The folder in which what developers upload lies; nil for the database.
    let evidenceDirectory: String?
    let keyFile: String
    let mail: MailConfiguration?
    let plans: [PlanEntry]
    /// The certificate and key with which the server speaks TLS itself; nil leaves that to what stands in front of it.
    var tls: TLSFiles?
    /// Where the operator's own listener is; nil for none.
    var admin: ListenAddress?
    /// The proxies that are believed.
    var proxies = Proxies()
    var drain = DrainTimes(grace: .zero)
    /// The developer portal is served at the public address.
    var hasPortal = false
    /// What a password of the portal costs.
    var passwordCost = PasswordCost.strong
}

struct MailConfiguration: Sendable {
    enum Security: String, Sendable, CaseIterable { case none, starttls, tls }
    let host: String
    let port: Int
    let security: Security
    let username: String?
    let passwordFile: String?
    let caFile: String?
    let from: String
    let fromName: String
}
