import Synchronization

/// The documentation that is served without signing in: the project's own pages, with the reader's addresses and client id in the examples.
package struct DocumentShelf: Sendable {
    package enum Name: String, Sendable, CaseIterable {
        case guide, endpoints, resources, errors, members, portal, terms

        package var words: String {
            switch self {
            case .guide: "Guide for the receiving payer"
            case .endpoints: "Endpoints"
            case .resources: "Resource types"
            case .errors: "Errors, with their cause and cure"
            case .members: "What the member sees"
            case .portal: "The developer portal"
            case .terms: "Terms"
            }
        }

        package var summary: String {
            switch self {
            case .guide: "From nothing to a member’s record, one step at a time, with lines to copy."
            case .endpoints: "Every address of the exchange: what it takes, what it answers."
            case .resources: "The search parameters of each FHIR type, with a real request and its answer."
            case .errors: "Every error text of the program, by the place where it appears."
            case .members: "The pages on which a member proves who they are and decides."
            case .portal: "Accounts, applications, verification, production access, and the plan’s side."
            case .terms: "What you may do with what you are sent, and what the plan promises."
            }
        }

        private var bytes: [UInt8] {
            switch self {
            case .guide: PackageResources.guide_md
            case .endpoints: PackageResources.endpoints_md
            case .resources: PackageResources.resources_md
            case .errors: PackageResources.errors_md
            case .members: PackageResources.members_md
            case .portal: PackageResources.portal_md
            case .terms: PackageResources.terms_md
            }
        }

        var markdown: String { String(decoding: bytes, as: UTF8.self) }
        package var address: String { "/docs/\(rawValue)" }
    }

    /// What stands in the examples for the sandbox's own.
    package struct Reader: Sendable {
        package var publicAddress: String
        package var authorization: String
        package var fhir: String
        package var clientID: String?
        package var redirectURI: String?

        package init(publicAddress: String, authorization: String, fhir: String, clientID: String?, redirectURI: String?) {
            (self.publicAddress, self.authorization, self.fhir) = (publicAddress, authorization, fhir)
            (self.clientID, self.redirectURI) = (clientID, redirectURI)
        }
    }

    private struct Place: Hashable {
        let name: Name
        /// Nil for what comes before the first chapter, or for the whole.
        let chapter: String?
    }

    private struct Known {
        var documents: [Name: Document] = [:]
        /// As many as there are pages and chapters: what is not there is not kept.
        var ready: [Place: ReadyDocument] = [:]
    }

    private static let known = Mutex(Known())

    /// A page with marks where the reader's values stand.
    static func document(_ name: Name) -> Document {
        if let document = known.withLock({ $0.documents[name] }) { return document }
        let document = Document(markdown: ReaderValue.mark(name.markdown)) { address(of: $0, in: name) }
        known.withLock { $0.documents[name] = document }
        return document
    }

    /// A page, or one chapter of a long one, ready for any reader; nil for a chapter that is not there.
    static func ready(_ name: Name, chapter: String?) -> ReadyDocument? {
        let place = Place(name: name, chapter: chapter)
        if let ready = known.withLock({ $0.ready[place] }) { return ready }
        guard let ready = make(document(name), isInChapters: isInChapters(name), chapter) else { return nil }
        known.withLock { $0.ready[place] = ready }
        return ready
    }

    private static func make(_ document: Document, isInChapters: Bool, _ chapter: String?) -> ReadyDocument? {
        guard isInChapters else { return chapter == nil ? ReadyDocument(title: document.title, document.parts) : nil }
        let (front, chapters) = document.chapters
        guard let chapter else {
            // A list of links to its own headings would say the same as the list of chapters.
            let prose = front.filter { if case .list = $0 { false } else { true } }
            return ReadyDocument(title: document.title, prose)
        }
        return chapters.first { $0.slug == chapter }.map { ReadyDocument(title: $0.document.title, $0.document.parts) }
    }

    /// Pages whose chapters are pages of their own, because they are long.
    package static func isInChapters(_ name: Name) -> Bool { name == .resources || name == .errors }

    /// Links between the project's pages lead to the same pages here; those to what is not served lose their address.
    private static func address(of link: String, in name: Name) -> String? {
        if link.utf8.starts(with: "https://".utf8) || link.utf8.starts(with: "http://".utf8) { return link }
        if link.utf8.starts(with: "images/".utf8) {
            let name = String(link.dropFirst(7))
            return Asset.named(name) == nil ? nil : "/assets/\(name)"
        }
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let target: Name?
        if parts[0].isEmpty {
            target = name
        } else {
            target = parts[0].hasSuffix(".md") ? Name(rawValue: String(parts[0].dropLast(3))) : nil
        }
        guard let target else { return nil }
        guard parts.count > 1 else { return target.address }
        if isInChapters(target) { return "\(target.address)/\(parts[1])" }
        return target == name ? "#" + parts[1] : "\(target.address)#\(parts[1])"
    }
}
