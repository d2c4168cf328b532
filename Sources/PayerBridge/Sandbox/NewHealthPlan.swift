import Exchange
import FHIR
import Server
import Storage
import Synthetic
import Trust

/// Makes the sandbox's receiving payer: the test members a year later, and the Demo Health Plan in its directory, where it is registered like
/// any other app.
struct NewHealthPlan {
    static let clientID = "new-health-plan"
    /// The test members' ids at their new plan.
    static let memberIDs = (1...SyntheticPlan.testMembers).map { "NEW-\(1000 + $0)" }

    static let planOperator = "operator@new-health-plan.example.com"
    static let careManager = "care@new-health-plan.example.com"

    private let composition: Composition
    private let plan: Plan
    private let sender: Plan
    private let synthetic = SyntheticPlan(name: SandboxConfiguration.planName)

    init(_ composition: Composition) throws {
        self.composition = composition
        plan = try composition.plan(SandboxConfiguration.receiverID)
        sender = try composition.plan(SandboxConfiguration.planID)
    }

    private var redirectURI: String {
        Receiving.redirectURI(publicAddress: composition.configuration.publicAddress, plan: SandboxConfiguration.receiverID)
    }

    /// `password`: of the people at this plan.
    func make(password: String) async throws {
        try await makeStaff(password)
        let store = composition.store
        let now = World.real.now()
        let roster = zip(Self.memberIDs, 0..<SyntheticPlan.testMembers).map { memberID, index in
            let member = synthetic.member(at: index)
            return RosterEntry(
                memberID: memberID, firstName: member.firstName, lastName: member.lastName, birthDate: member.birthDate,
                postalCode: member.postalCode, email: member.email, coverageStart: "2026-01-01", coverageEnd: nil)
        }
        _ = try await store.enrol(roster, plan: plan.key)
        let address = sender.addresses.fhir
        let sealing = try composition.sealing()
        let context = SendingPayer.secretContext(plan: plan.key, address: address)
        // The sandbox may have been at another port before; nobody answers there now.
        for old in try store.sendingPayers(plan: plan.key) where old.clientID == Self.clientID && old.address != address {
            try await store.set(
                .closed, of: old.key, plan: plan.key, audit: AuditEntry(.system("sandbox"), "payer.closed", "payer \(old.address)"), at: now
            )
        }
        let known = try store.sendingPayers(plan: plan.key).first { $0.address == address }
        // The secret is made once; both sides of the sandbox then know it, each in its own way.
        let secret =
            known?.sealedSecret.flatMap { sealing.open($0, context) }
            .flatMap { Secret(String(decoding: $0, as: UTF8.self), kind: .clientSecret) } ?? .make(.clientSecret)
        _ = try await store.register(
            AppRegistration(
                name: SandboxConfiguration.receiverName, organization: "New Health Plan (made up)", kind: .confidential,
                redirectURIs: [try RedirectURI(redirectURI, for: .sandbox)], clientID: Self.clientID, secretHash: secret.hash),
            plans: [sender.key], at: now)
        _ = try await store.keep(
            NewSendingPayer(
                name: SandboxConfiguration.planName, address: address, clientID: Self.clientID,
                sealedSecret: try sealing.seal(Array(secret.text.utf8), context)),
            plan: plan.key, audit: AuditEntry(.system("sandbox"), "payer.keep", "payer \(address)"), at: now)
    }

    private func makeStaff(_ password: String) async throws {
        let people: [(String, String, Account.Role)] = [
            (Self.planOperator, "Olga Operator", .planOperator), (Self.careManager, "Carl Care", .careManager),
        ]
        for (email, name, role) in people {
            guard let address = EmailAddress(email), try composition.store.account(address, realm: .review) == nil else { continue }
            let hash = try PasswordHash.make(password, cost: composition.configuration.passwordCost)
            _ = try await composition.store.add(
                NewAccount(role: role, plan: plan.key, address: address, name: name, password: hash),
                audit: AuditEntry(.system("sandbox"), "account.create", "account \(email)"), at: World.real.now())
        }
    }
}
