import Exchange
import FHIR
import Foundation
import Server
import Storage
import Synthetic
import Trust

/// Makes the sandbox's plan: its members, their records and a client that is ready to use.
struct DemoHealthPlan {
    static let clientID = "demo-receiving-payer"

    private let composition: Composition
    private let plan: Plan
    private let members: Int
    private let synthetic = SyntheticPlan(name: SandboxConfiguration.planName)
    private let secret: Secret
    private let queue: DemoQueue

    init(_ composition: Composition, members: Int) throws {
        self.composition = composition
        self.members = SyntheticPlan.testMembers + members
        plan = try composition.plan(SandboxConfiguration.planID)
        let bytes = try KeyFile.bytes(composition.configuration.dataDirectory + "/client-secret") {
            Array(Secret.make(.clientSecret).text.utf8)
        }
        guard let secret = Secret(String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self), kind: .clientSecret) else {
            throw ConfigurationProblem(
                "\(composition.configuration.dataDirectory)/client-secret is damaged; delete it to have a new one made.")
        }
        self.secret = secret
        queue = try DemoQueue(composition, plan: plan)
    }

    /// Of everybody on the plans' side.
    var staffPassword: String { queue.password }
    /// Where a member of the New Health Plan brings their record.
    private var recordAddress: String { "\(publicAddress)/\(SandboxConfiguration.receiverID)/record" }

    private var data: String { composition.configuration.dataDirectory }
    private var publicAddress: String { composition.configuration.publicAddress }

    private var redirectURIs: [String] {
        ["\(publicAddress)/sandbox/callback", "http://127.0.0.1:8765/callback", "http://localhost:8765/callback"]
    }

    /// Makes what is missing; a start after an interruption goes on, since keeping the same again changes nothing.
    func make() async throws {
        _ = try await composition.store.register(
            AppRegistration(
                name: "Demo Receiving Payer", organization: "New Health Plan (made up)", kind: .confidential,
                redirectURIs: try redirectURIs.map { try RedirectURI($0, for: .sandbox) }, clientID: Self.clientID, secretHash: secret.hash),
            plans: [plan.key], at: World.real.now())
        try await queue.make()
        let made = Self.madeMembers(data)
        guard made < members else { return }
        let pipeline = ImportPipeline(store: composition.store, plan: plan.key, world: .real)
        let bar = ProgressBar("Making \(members - made) members", unit: "resources")
        synthetic.sharedResources { _, bytes in bytes.withUnsafeBytes { pipeline.add($0, place: "shared") } }
        for index in made..<members {
            synthetic.resources(of: index) { _, bytes in bytes.withUnsafeBytes { pipeline.add($0, place: "member \(index)") } }
            bar.show(Double(index - made + 1) / Double(members - made), count: pipeline.kept)
        }
        let report = try pipeline.finish()
        if let problem = report.problems.first { throw ConfigurationProblem("\(problem.place): \(problem.reason)") }
        let roster = (made..<members).map { index in
            let member = synthetic.member(at: index)
            return RosterEntry(
                memberID: member.memberID, firstName: member.firstName, lastName: member.lastName, birthDate: member.birthDate,
                postalCode: member.postalCode, email: member.email, coverageStart: member.coverageStart, coverageEnd: member.coverageEnd,
                patientID: member.patientID)
        }
        _ = try await composition.store.enrol(roster, plan: plan.key)
        try composition.store.settle()
        bar.finish(count: report.kept)
        try Data(String(members).utf8).write(to: URL(fileURLWithPath: data + "/members-made"))
    }

    private static func madeMembers(_ data: String) -> Int {
        FileManager.default.contents(atPath: data + "/members-made").flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
    }

    // MARK: What it tells

    private var testMembers: [SyntheticMember] { (0..<SyntheticPlan.testMembers).map { synthetic.member(at: $0) } }

    private var authorizeLink: String {
        let state = "try-me"
        return "\(plan.addresses.authorize)?client_id=\(Self.clientID)&state=\(state)&redirect_uri=\(redirectURIs[0])"
    }

    private var commands: [Sandbox.Command] {
        [
            .init(title: "Walk through it as a member (open this in a browser)", line: authorizeLink),
            .init(
                title: "Bring a record to the New Health Plan, as its member (open this in a browser)", line: recordAddress),
            .init(
                title: "Get the member's record onto disk, as the receiving payer",
                line:
                    "\(CommandLine.arguments[0]) receive --from \(publicAddress)/demo --client-id \(Self.clientID) --client-secret-file \(data)/client-secret --out received"
            ),
            .init(title: "Read what the API can do", line: "curl \(plan.addresses.fhir)/metadata"),
        ]
    }

    var sandbox: Sandbox {
        Sandbox(
            apps: [
                .init(name: "Demo Receiving Payer", clientID: Self.clientID, clientSecret: secret.text, redirectURIs: redirectURIs)
            ],
            testMembers: testMembers.map {
                .init(
                    firstName: $0.firstName, lastName: $0.lastName, birthDate: $0.birthDate, memberID: $0.memberID,
                    postalCode: $0.postalCode,
                    summary: $0.summary)
            }, commands: commands, authorizeLink: authorizeLink)
    }

    /// The table that a start prints.
    var words: String {
        var table = TextTable(["FIRST NAME", "LAST NAME", "BIRTHDATE", "MEMBER ID", "POSTAL CODE", ""])
        for member in testMembers {
            table.add([member.firstName, member.lastName, member.birthDate, member.memberID, member.postalCode, member.summary])
        }
        return """

            The \(plan.name) is open (\(members) made-up members).

              Sandbox    \(publicAddress)
              Authorize  \(plan.addresses.authorize)
              Token      \(plan.addresses.token)
              FHIR       \(plan.addresses.fhir)
              Mail       \(publicAddress)/sandbox/mail
              Portal     \(publicAddress)/portal
              Review     \(publicAddress)/review   (\(DemoQueue.reviewer), password \(queue.password))

              New Health Plan  \(recordAddress)
              Its people       \(publicAddress)/review   (\(NewHealthPlan.planOperator), \(NewHealthPlan.careManager), the same password)

              \(SandboxConfiguration.realName)  configured as a real plan, without members: where a developer's road to production ends

              Client id      \(Self.clientID)
              Client secret  \(secret.text)
              Redirect URIs  \(redirectURIs.joined(separator: "\n                 "))

            Test members
            \(table.text())

            Try next
            \(commands.enumerated().map { "  \($0 + 1). \($1.title)\n     \($1.line)" }.joined(separator: "\n"))

            Stop with Ctrl-C.
            """
    }

    /// `sandbox.json`, for scripts.
    func writeJSON() throws {
        var writer = JSONWriter()
        writer.object { root in
            root.member("portal", publicAddress)
            root.member(
                "plans",
                array: {
                    $0.object { entry in
                        entry.member("id", plan.id)
                        entry.member("name", plan.name)
                        entry.member("authorize", plan.addresses.authorize)
                        entry.member("token", plan.addresses.token)
                        entry.member("fhir", plan.addresses.fhir)
                    }
                })
            root.member(
                "receiver",
                object: { receiver in
                    receiver.member("record", recordAddress)
                    receiver.member("fhir", "\(publicAddress)/\(SandboxConfiguration.receiverID)/r4")
                    receiver.member("memberIds", strings: NewHealthPlan.memberIDs)
                    receiver.member("operator", NewHealthPlan.planOperator)
                    receiver.member("careManager", NewHealthPlan.careManager)
                    receiver.member("password", queue.password)
                })
            root.member(
                "apps",
                array: {
                    $0.object { app in
                        app.member("name", "Demo Receiving Payer")
                        app.member("clientId", Self.clientID)
                        app.member("clientSecret", secret.text)
                        app.member("redirectUris", strings: redirectURIs)
                    }
                })
            root.member(
                "testMembers",
                array: { list in
                    for member in testMembers {
                        list.object { entry in
                            entry.member("firstName", member.firstName)
                            entry.member("lastName", member.lastName)
                            entry.member("birthDate", member.birthDate)
                            entry.member("memberId", member.memberID)
                            entry.member("postalCode", member.postalCode)
                        }
                    }
                })
            root.member("mail", "\(publicAddress)/sandbox/mail.json")
            root.member("developerPortal", "\(publicAddress)/portal")
            root.member(
                "reviewer",
                object: { reviewer in
                    reviewer.member("address", "\(publicAddress)/review")
                    reviewer.member("email", DemoQueue.reviewer)
                    reviewer.member("password", queue.password)
                })
        }
        let url = URL(fileURLWithPath: data + "/sandbox.json")
        try Data(writer.bytes).write(to: url, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    }
}
