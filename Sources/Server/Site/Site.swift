package import Exchange

/// Everything one running server serves, put together by the composition root.
package struct Site: Sendable {
    package typealias Store = AccountStore & AppStore & ApplicationStore & AttemptStore & AuditStore & AuthorizationStore & ClinicalStore
        & DisclosureLog & GrantStore & KeptRecordStore & MailArchive & MemberStore & OptInStore & ProductionStore & RecordSessionStore
        & SendingPayerStore & SyncStore & TransferStore & VerificationStore

    package let plans: [Plan]
    package let store: any Store
    package let world: World
    package let keys: ServerKeys
    /// The configured front address without a trailing slash, such as `http://localhost:8080`.
    package let publicAddress: String
    package let hosts: HostTable
    /// Nil for a real plan: then no page of the sandbox exists.
    package let sandbox: Sandbox?
    /// Nil where no developer portal is open.
    package let portal: Portal?
    /// The plans that bring records from others.
    package let receiving: [Receiving]

    package init(
        plans: [Plan], store: any Store, world: World, keys: ServerKeys, publicAddress: String, hosts: HostTable, sandbox: Sandbox?,
        portal: Portal? = nil, receiving: [Receiving] = []
    ) {
        (self.plans, self.store, self.world, self.keys) = (plans, store, world, keys)
        (self.publicAddress, self.hosts, self.sandbox, self.portal) = (publicAddress, hosts, sandbox, portal)
        self.receiving = receiving
    }
}
