package import FHIR
package import Trust

/// One request of an app to a plan of the sandbox, as the app's developer sees it: no record, no token, nothing that was sent.
package struct RequestRecord: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case authorize, token, revoke, introspect, fhir }

    /// What the client was told in `X-Request-Id`.
    package let id: String
    package let app: Key<App>
    package let plan: Key<Plan>
    package let at: Timestamp
    package let kind: Kind
    package let method: String
    /// The address's shape, such as `/Observation/{id}`.
    package let route: String
    package let status: Int
    package let microseconds: Int
    /// An OAuth error's code, or that of an OperationOutcome; nil when all went well.
    package let error: String?
    /// The words that came with the error.
    package let explanation: String?
    /// Sent by the portal's own "Try it", not by the app.
    package let isTried: Bool

    package init(
        id: String, app: Key<App>, plan: Key<Plan>, at: Timestamp, kind: Kind, method: String, route: String, status: Int,
        microseconds: Int, error: String?, explanation: String?, isTried: Bool
    ) {
        (self.id, self.app, self.plan, self.at, self.kind) = (id, app, plan, at, kind)
        (self.method, self.route, self.status, self.microseconds) = (method, route, status, microseconds)
        (self.error, self.explanation, self.isTried) = (error, explanation, isTried)
    }
}

/// Which requests are asked for; nil asks for all.
package struct RequestFilter: Sendable, Equatable {
    package var kind: RequestRecord.Kind?
    /// 2 for 2xx, up to 5.
    package var statusClass: Int?
    package var from: Timestamp?
    /// Up to here, not with it.
    package var to: Timestamp?
    package var id: String?
    /// Where a page ended.
    package var before: Int64?

    package init(
        kind: RequestRecord.Kind? = nil, statusClass: Int? = nil, from: Timestamp? = nil, to: Timestamp? = nil, id: String? = nil,
        before: Int64? = nil
    ) {
        (self.kind, self.statusClass, self.from) = (kind, statusClass, from)
        (self.to, self.id, self.before) = (to, id, before)
    }
}

/// A page of an app's requests, the newest first.
package struct RequestPage: Sendable {
    package let requests: [RequestRecord]
    /// Where the next page begins; nil for the last.
    package let next: Int64?

    package init(requests: [RequestRecord], next: Int64?) { (self.requests, self.next) = (requests, next) }
}

package protocol RequestStore: Sendable {
    /// Keeps what has gathered; requests of apps that no developer owns are left out.
    func keep(_ gathered: GatheredRequests, at now: Timestamp) async throws(Refusal)
    func requests(of app: Key<App>, _ filter: RequestFilter, limit: Int) throws(Refusal) -> RequestPage
    /// How many requests since then were too many to be noted.
    func droppedRequests(of app: Key<App>, since: Timestamp) throws(Refusal) -> Int
    /// The app to which the token was issued, whether or not it still opens anything.
    func app(ofToken token: SecretHash, plan: Key<Plan>) throws(Refusal) -> Key<App>?
}
