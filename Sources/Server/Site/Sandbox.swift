/// What the sandbox shows of itself: ready clients and members anyone may claim. All of it is made up.
package struct Sandbox: Sendable {
    package struct ReadyApp: Sendable {
        package let name: String
        package let clientID: String
        package let clientSecret: String
        package let redirectURIs: [String]
        package init(name: String, clientID: String, clientSecret: String, redirectURIs: [String]) {
            (self.name, self.clientID, self.clientSecret, self.redirectURIs) = (name, clientID, clientSecret, redirectURIs)
        }
    }

    package struct TestMember: Sendable {
        package let firstName: String
        package let lastName: String
        /// YYYY-MM-DD.
        package let birthDate: String
        package let memberID: String
        package let postalCode: String
        package let summary: String
        package init(firstName: String, lastName: String, birthDate: String, memberID: String, postalCode: String, summary: String) {
            (self.firstName, self.lastName, self.birthDate) = (firstName, lastName, birthDate)
            (self.memberID, self.postalCode, self.summary) = (memberID, postalCode, summary)
        }
    }

    package struct Command: Sendable {
        package let title: String
        package let line: String
        package init(title: String, line: String) { (self.title, self.line) = (title, line) }
    }

    package let apps: [ReadyApp]
    package let testMembers: [TestMember]
    package let commands: [Command]
    package let authorizeLink: String

    package init(apps: [ReadyApp], testMembers: [TestMember], commands: [Command], authorizeLink: String) {
        (self.apps, self.testMembers, self.commands, self.authorizeLink) = (apps, testMembers, commands, authorizeLink)
    }
}
