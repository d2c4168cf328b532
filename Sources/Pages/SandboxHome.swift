/// What the sandbox's front page shows.
package struct SandboxHome: Sendable {
    package var plans: [SandboxPlan]
    package var apps: [SandboxApp]
    package var testMembers: [SandboxMember]
    package var commands: [SandboxCommand]
    package var mailURL: String
    /// A ready link to the authorize page for the first app.
    package var authorizeLink: String
    package var portalURL: String

    package init(
        plans: [SandboxPlan], apps: [SandboxApp], testMembers: [SandboxMember], commands: [SandboxCommand], mailURL: String,
        authorizeLink: String, portalURL: String = "/portal"
    ) {
        self.plans = plans
        self.apps = apps
        self.testMembers = testMembers
        self.commands = commands
        self.mailURL = mailURL
        self.authorizeLink = authorizeLink
        self.portalURL = portalURL
    }
}

/// The addresses of one plan in the sandbox.
package struct SandboxPlan: Sendable {
    package var name: String
    package var authorize: String
    package var token: String
    package var fhir: String

    package init(name: String, authorize: String, token: String, fhir: String) {
        self.name = name
        self.authorize = authorize
        self.token = token
        self.fhir = fhir
    }
}

/// A client that is ready to use in the sandbox.
package struct SandboxApp: Sendable {
    package var name: String
    package var clientId: String
    package var clientSecret: String
    package var redirectUris: [String]

    package init(name: String, clientId: String, clientSecret: String, redirectUris: [String]) {
        self.name = name
        self.clientId = clientId
        self.clientSecret = clientSecret
        self.redirectUris = redirectUris
    }
}

/// A made-up member with the five details that the identify page asks for.
package struct SandboxMember: Sendable {
    package var first: String
    package var last: String
    /// `MM/DD/YYYY`.
    package var birthDate: String
    package var memberID: String
    package var postalCode: String
    package var summary: String

    package init(first: String, last: String, birthDate: String, memberID: String, postalCode: String, summary: String) {
        self.first = first
        self.last = last
        self.birthDate = birthDate
        self.memberID = memberID
        self.postalCode = postalCode
        self.summary = summary
    }
}

/// A command line to copy, with a title.
package struct SandboxCommand: Sendable {
    package var title: String
    package var command: String

    package init(title: String, command: String) {
        self.title = title
        self.command = command
    }
}
