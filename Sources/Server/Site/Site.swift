package import Exchange
import Records
import Trust

/// Everything one running server serves, put together by the composition root.
///
/// It does not print: services are named in logs by what they hold, and this holds keys and a sandbox's members.
package struct Site: Sendable, PrivateValue {
    package typealias Store = AccountStore & AppStore & ApplicationStore & AttemptStore & AuditStore & AuthorizationStore & ClinicalStore
        & DisclosureLog & GrantStore & KeptRecordStore & LogoStore & MailArchive & MemberStore & OptInStore & ProductionStore
        & RecordSessionStore
        & RecoveryStore & RedirectChangeStore
        & RequestStore & SendingPayerStore & StoreHealth & SyncStore & TestMemberStore & TransferStore & TryRunStore & VerificationStore

    package let plans: [Plan]
    package let store: any Store
    package let world: World
    package let keys: ServerKeys
    /// The configured front address without a trailing slash, such as `http://localhost:8080`.
    package let publicAddress: String
    package let hosts: HostTable
    package let proxies: Proxies
    /// Nil for a real plan: then no page of the sandbox exists.
    package let sandbox: Sandbox?
    /// Nil where no developer portal is open.
    package let portal: Portal?
    /// The plans that bring records from others.
    package let receiving: [Receiving]
    /// Where requests gather for their developers; nil where no portal is open.
    package let requests: RequestBuffer?
    /// What of the members' records is in memory.
    let shelves = ShelfCache()
    package let measures = ServerMeasures()
    package let state = ServerState()
    /// How the portal asks what the server answers to anyone.
    let ownRoutes = OwnRoutes()

    /// What is asked of a real plan is noted by nobody.
    func requests(at plan: Plan) -> RequestBuffer? { plan.policy.environment == .sandbox ? requests : nil }

    /// Notes what an app did at a plan of the sandbox, for its developer and the reviewer. What the portal itself tries is not the app's doing.
    func count(_ kind: String, by app: App, at plan: Plan, _ context: SiteContext) {
        if !context.isTried { requests(at: plan)?.count(kind, by: app.key, plan: plan.key, at: world.now()) }
    }

    /// The plan that a developer builds against: the sandbox's, else the first.
    var builtAgainst: Plan? { plans.first { $0.policy.environment == .sandbox } ?? plans.first }

    package init(
        plans: [Plan], store: any Store, world: World, keys: ServerKeys, publicAddress: String, hosts: HostTable,
        proxies: Proxies = Proxies(), sandbox: Sandbox?,
        portal: Portal? = nil, receiving: [Receiving] = []
    ) {
        (self.plans, self.store, self.world, self.keys) = (plans, store, world, keys)
        (self.publicAddress, self.hosts, self.sandbox, self.portal) = (publicAddress, hosts, sandbox, portal)
        (self.receiving, self.proxies) = (receiving, proxies)
        requests = portal == nil ? nil : RequestBuffer()
    }
}
