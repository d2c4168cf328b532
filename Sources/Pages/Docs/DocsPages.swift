/// The front page of the documentation.
package struct DocsHomePage: Sendable {
    package var frame: PortalFrame
    package var hasTestMembers: Bool
    /// Whose client id stands in the examples.
    package var clientID: String?

    package init(frame: PortalFrame, hasTestMembers: Bool, clientID: String?) {
        (self.frame, self.hasTestMembers, self.clientID) = (frame, hasTestMembers, clientID)
    }

    package func html() -> String {
        var rows: [[PageBlock.Cell]] = DocumentShelf.Name.allCases.map { [.link($0.words, $0.address), .text($0.summary)] }
        if hasTestMembers {
            rows.insert([.link("Test members", "/docs/test-members"), .text("Made-up people to try everything with.")], at: 4)
        }
        rows.append([
            .link("OpenAPI document", "/docs/openapi.json"), .text("The addresses of OAuth and FHIR for tools that read OpenAPI 3.1."),
        ])
        let whose: PageBlock =
            clientID.map { .inset(title: nil, text: "The examples carry your client id, \($0).") }
            ?? .inset(title: nil, text: "Sign in, and the examples carry your own client id.")
        return frame.page(
            "Documentation",
            [
                .lead("How a health plan fetches a member’s record from the plan before it. Nothing here needs an account."),
                .links(
                    [.init("Begin with the guide", DocumentShelf.Name.guide.address)]
                        + (frame.signOut == nil ? [.init("Sign in", "/portal/sign-in")] : [])),
                whose,
                .table(columns: ["Page", "What it holds"], rows: rows),
            ])
    }
}

/// One page of the documentation, or one chapter of a long one.
package struct DocumentPage: Sendable {
    package var frame: PortalFrame
    package var name: DocumentShelf.Name
    package var reader: DocumentShelf.Reader
    /// The chapter shown; nil for the page itself.
    package var chapter: String?

    package init(frame: PortalFrame, name: DocumentShelf.Name, reader: DocumentShelf.Reader, chapter: String? = nil) {
        (self.frame, self.name, self.reader, self.chapter) = (frame, name, reader, chapter)
    }

    /// Stands in the page where the document comes in: made of our own templates, it is not escaped twice.
    private static let place = "\u{F8FF}"

    /// Nil when there is no such chapter.
    package func html() -> String? {
        guard let ready = DocumentShelf.ready(name, chapter: chapter) else { return nil }
        var blocks: [PageBlock] = [.place(Self.place)]
        if DocumentShelf.isInChapters(name), chapter == nil {
            let chapters = DocumentShelf.document(name).chapters.chapters
            blocks.append(.table(columns: ["Chapter"], rows: chapters.map { [.link($0.document.title, "\(name.address)/\($0.slug)")] }))
        }
        let back = chapter == nil ? PortalFrame.Link("Documentation", "/docs") : PortalFrame.Link(name.words, name.address)
        return frame.page(ready.title, back: back, blocks).replacing(Self.place, with: ready.html(for: reader))
    }
}

/// The made-up people of a sandbox.
package struct TestMembersPage: Sendable {
    package struct Member: Sendable {
        package let name: String
        /// MM/DD/YYYY.
        package let birthDate: String
        package let memberID: String
        package let postalCode: String
        package let summary: String
        package init(name: String, birthDate: String, memberID: String, postalCode: String, summary: String) {
            (self.name, self.birthDate, self.memberID) = (name, birthDate, memberID)
            (self.postalCode, self.summary) = (postalCode, summary)
        }
    }

    package var frame: PortalFrame
    package var members: [Member]
    package var mailURL: String

    package init(frame: PortalFrame, members: [Member], mailURL: String) {
        (self.frame, self.members, self.mailURL) = (frame, members, mailURL)
    }

    package func html() -> String {
        frame.page(
            "Test members", back: .init("Documentation", "/docs"),
            [
                .lead("Made-up people of the Demo Health Plan. Walk through authorize as any of them, with an e-mail address you make up."),
                .table(
                    columns: ["Name", "Birthdate", "Member ID", "Postal code", "Record"],
                    rows: members.map {
                        [.text($0.name), .copy($0.birthDate), .copy($0.memberID), .copy($0.postalCode), .text($0.summary)]
                    }),
                .text("The sandbox sends no mail. Codes and links that it would have sent are on the page of sent mails."),
                .links([.init("Read the sent mails", mailURL)], quiet: true),
            ])
    }
}
