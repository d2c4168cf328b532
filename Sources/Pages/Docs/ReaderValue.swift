/// A value of the reader's that stands in the documentation where the project's own pages have the sandbox's.
enum ReaderValue: CaseIterable, Sendable {
    // A longer address stands before the one that it begins with.
    case redirectURI, clientID, secret, authorization, fhir, publicAddress

    /// How the Markdown has it.
    private var written: String {
        switch self {
        case .redirectURI: "REDIRECT=http://localhost:8080/sandbox/callback"
        case .clientID: "demo-receiving-payer"
        case .secret: "SECRET=$(cat var/sandbox/client-secret)"
        case .authorization: "http://localhost:8080/demo/oauth2"
        case .fhir: "http://localhost:8080/demo/r4"
        case .publicAddress: "http://localhost:8080"
        }
    }

    /// A character of private use, which no text of ours has, holds the value's place while the page is made ready.
    var mark: Unicode.Scalar {
        switch self {
        case .redirectURI: "\u{E000}"
        case .clientID: "\u{E001}"
        case .secret: "\u{E002}"
        case .authorization: "\u{E003}"
        case .fhir: "\u{E004}"
        case .publicAddress: "\u{E005}"
        }
    }

    /// What stands before the mark, so that an address is still one to a reader of Markdown; it gives way to the value with it.
    var lead: String {
        switch self {
        case .redirectURI, .clientID, .secret: ""
        case .authorization, .fhir, .publicAddress: "http://"
        }
    }

    static func mark(_ markdown: String) -> String {
        allCases.reduce(markdown) { $0.replacing($1.written, with: $1.lead + String($1.mark)) }
    }

    func text(for reader: DocumentShelf.Reader) -> String {
        switch self {
        case .redirectURI: "REDIRECT=" + (reader.redirectURI.map { Self.quoted($0) } ?? reader.publicAddress + "/sandbox/callback")
        case .clientID: reader.clientID ?? written
        case .secret: reader.clientID == nil ? written : "SECRET=...   # shown once, when you made it"
        case .authorization: reader.authorization
        case .fhir: reader.fhir
        case .publicAddress: reader.publicAddress
        }
    }

    /// As one word of a shell's line, whatever stands in it.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
                || "-._/:%".utf8.contains(byte)
        }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
