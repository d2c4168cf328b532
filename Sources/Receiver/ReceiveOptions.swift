/// What to receive, from where, into which folder, and how patiently.
package struct ReceiveOptions: Sendable {
    /// The plan's base (`http://host/demo`) or its FHIR base (`https://api.example/r4`).
    package var from: String
    package var clientID: String
    /// nil for a public client.
    package var clientSecret: String?
    /// The folder that receives the files; made when missing, refused when it holds something else.
    package var out: String
    /// As registered with the sender. On this computer (`http://127.0.0.1:8765/callback`) unless `listenOn` is given; port 0 takes a free one.
    package var redirectURI = "http://127.0.0.1:8765/callback"
    /// `host:port` to listen on when the redirect address is public and something forwards it here.
    package var listenOn: String?
    package var scope = "launch/patient offline_access patient/*.read"
    /// Only go on with an interrupted receive; with none in the folder it is an error. Without it both are done.
    package var resume = false
    /// Requests under way at the same time.
    package var parallelRequests = 4
    /// Who may be talked to.
    package var network = NetworkPolicy.command
    /// `http` to other computers than this one.
    package var allowInsecureHTTP: Bool {
        get { network.plainHTTP == .anywhere }
        set { network.plainHTTP = newValue ? .anywhere : .onLoopback }
    }
    /// How long the member may take.
    package var authorizeTimeout: Duration = .seconds(15 * 60)
    /// `_count` of each search.
    package var pageSize = 200
    /// Tries of one request, the first included.
    package var maximumAttempts = 6
    /// The wait before the second try; each further one doubles, up to half a minute.
    package var firstRetryDelay: Duration = .milliseconds(500)
    /// A `Retry-After` longer than this ends the type instead.
    package var longestRetryAfter: Duration = .seconds(600)
    package var limits = ReceiveLimits()

    package init(from: String, clientID: String, clientSecret: String? = nil, out: String) {
        self.from = from
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.out = out
    }
}

/// What one sender may make us hold or wait for.
package struct ReceiveLimits: Sendable {
    /// Bytes of one answer.
    package var answerBytes = 64 * 1024 * 1024
    /// Bytes of one resource.
    package var resourceBytes = 5 * 1024 * 1024
    /// Pages of one type.
    package var pages = 100_000
    /// Bytes of one type's file.
    package var fileBytes = 20 * 1024 * 1024 * 1024
    package var connect: Duration = .seconds(5)
    /// Between two pieces of an answer.
    package var idle: Duration = .seconds(60)

    package init() {}
}
