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
    package struct Reader: Sendable, Hashable {
        package var publicAddress: String
        package var authorization: String
        package var fhir: String
        package var clientID: String?
        package var redirectURI: String?

        package init(publicAddress: String, authorization: String, fhir: String, clientID: String?, redirectURI: String?) {
            (self.publicAddress, self.authorization, self.fhir) = (publicAddress, authorization, fhir)
            (self.clientID, self.redirectURI) = (clientID, redirectURI)
        }

        /// As one word of a shell's line, whatever stands in it.
        private static func quoted(_ text: String) -> String {
            let isPlain = text.utf8.allSatisfy { byte in
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
                    || "-._/:%".utf8.contains(byte)
            }
            return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
        }

        func fill(_ text: String) -> String {
            var text = text
            if let redirectURI {
                text = text.replacing("REDIRECT=http://localhost:8080/sandbox/callback", with: "REDIRECT=" + Self.quoted(redirectURI))
            }
            if let clientID {
                text = text.replacing("demo-receiving-payer", with: clientID)
                text = text.replacing("SECRET=$(cat var/sandbox/client-secret)", with: "SECRET=...   # shown once, when you made it")
            }
            return text.replacing("http://localhost:8080/demo/oauth2", with: authorization)
                .replacing("http://localhost:8080/demo/r4", with: fhir).replacing("http://localhost:8080", with: publicAddress)
        }
    }

    private struct Place: Hashable { let name: Name, reader: Reader }
    private static let read = Mutex<[Place: Document]>([:])
    /// Enough for those who read at the same time.
    private static let most = 64

    /// A page as this reader sees it.
    package static func document(_ name: Name, for reader: Reader) -> Document {
        let place = Place(name: name, reader: reader)
        if let known = read.withLock({ $0[place] }) { return known }
        let document = Document(markdown: reader.fill(name.markdown)) { address(of: $0, in: name) }
        read.withLock { known in
            if known.count >= most { known.removeAll() }
            known[place] = document
        }
        return document
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
