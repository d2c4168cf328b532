/// The scopes of a request or a grant, in the order and the spelling they came in, each once.
package struct ScopeSet: Sendable, Equatable {
    enum Item: Sendable, Hashable {
        case resource(Scope)
        case launchPatient
        case offlineAccess
        /// Well formed and nothing this server grants: `openid`, `fhirUser`, `online_access`, `launch`, an unknown name.
        case other(String)

        var text: String {
            switch self {
            case .resource(let scope): scope.text
            case .launchPatient: "launch/patient"
            case .offlineAccess: "offline_access"
            case .other(let text): text
            }
        }
    }

    let items: [Item]

    init(items: [Item]) {
        var seen: Set<Item> = []
        self.items = items.filter { seen.insert($0).inserted }
    }

    /// Reads a `scope` parameter: at most 8 KiB and 256 scopes (RFC 6749 §3.3); anything malformed is `invalid_scope`.
    package init(parsing text: String) throws(OAuthError) {
        let tokens = text.utf8.split(separator: 0x20)
        guard text.utf8.count <= 8192, tokens.count <= 256 else { throw OAuthError(.invalidScope, "The scope is too long.") }
        guard !tokens.isEmpty else { throw OAuthError(.invalidScope, "The scope is empty.") }
        var items: [Item] = []
        for token in tokens { items.append(try Self.item(token)) }
        self.init(items: items)
    }

    private static func item(_ token: Substring.UTF8View) throws(OAuthError) -> Item {
        let legal = token.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        guard legal else { throw OAuthError(.invalidScope, "The scope holds a character that is not allowed.") }
        let text = String(decoding: token, as: UTF8.self)
        switch text {
        case "launch/patient": return .launchPatient
        case "offline_access": return .offlineAccess
        default: break
        }
        guard let context = Scope.Context.allCases.first(where: { token.starts(with: ($0.rawValue + "/").utf8) }) else {
            return .other(text)
        }
        guard let scope = Scope(context: context, token: text) else {
            let shown = String(decoding: token.prefix(100), as: UTF8.self)
            throw OAuthError(.invalidScope, "The scope \(shown) is malformed; write for example patient/Observation.rs or patient/*.read.")
        }
        return .resource(scope)
    }

    /// The `scope` text: what is stored and sent.
    package var text: String { items.map(\.text).joined(separator: " ") }

    package var resourceScopes: [Scope] {
        items.compactMap {
            guard case .resource(let scope) = $0 else { return nil }
            return scope
        }
    }

    /// The app asks for, or has, refresh tokens.
    package var hasOfflineAccess: Bool { items.contains(.offlineAccess) }
    package var hasLaunchPatient: Bool { items.contains(.launchPatient) }

    /// `launch/patient offline_access patient/*.read`: what an app gets that names no scope.
    package static let clinicalRead = ScopeSet(items: [
        .launchPatient, .offlineAccess,
        .resource(Scope(context: .patient, type: nil, interactions: .readSearch, parameters: [], preferV1: true)),
    ])
}

// What a grant allows.
extension ScopeSet {
    /// True when a `patient/` scope allows reading this type, perhaps only some of it: see ``granularFilters(for:interaction:)``.
    package func allowsRead(_ type: String) -> Bool { allows(.read, type) }

    /// True when a `patient/` scope allows searching this type, perhaps only some of it.
    package func allowsSearch(_ type: String) -> Bool { allows(.search, type) }

    /// Which resources of a type a `patient/` scope opens: nil is all, empty is none, else a resource must meet every
    /// condition of at least one of the lists.
    package func granularFilters(for type: String, interaction: Scope.Interactions) -> [[Scope.Parameter]]? {
        var filters: [[Scope.Parameter]] = []
        for case .resource(let scope) in items where scope.opens(interaction, type) {
            guard !scope.parameters.isEmpty else { return nil }
            filters.append(scope.parameters)
        }
        return filters
    }

    private func allows(_ interaction: Scope.Interactions, _ type: String) -> Bool {
        items.contains {
            guard case .resource(let scope) = $0 else { return false }
            return scope.opens(interaction, type)
        }
    }
}

extension Scope {
    fileprivate func opens(_ interaction: Interactions, _ type: String) -> Bool {
        context == .patient && interactions.isSuperset(of: interaction) && covers(type: type)
    }
}
