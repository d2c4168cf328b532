extension ScopeSet {
    /// What an app gets when it asked for `requested` and may have at most `allowed`: reading, in the patient's context, only.
    ///
    /// Writing, `user/`, `system/`, OpenID and unknown scopes are left out, which RFC 6749 §3.3 permits; `invalid_scope` when nothing
    /// readable remains. A condition of a granular scope is kept only if `honours(type, parameter)` (type nil is the wildcard), else that
    /// scope is left out, because a condition that is not applied would open more than the member agreed to.
    package static func grant(
        requested: ScopeSet?, allowed: ScopeSet, honours: (String?, String) -> Bool = ScopeSet.honoursCategory
    ) throws(OAuthError) -> ScopeSet {
        var granted: [Item] = []
        let ceiling = allowed.resourceScopes.compactMap(\.readOnly)
        for item in (requested ?? .clinicalRead).items {
            switch item {
            case .launchPatient: granted.append(item)
            case .offlineAccess: if allowed.hasOfflineAccess { granted.append(item) }
            case .other: break
            case .resource(let scope):
                guard let wanted = scope.readOnly else { break }
                let shared = ceiling.compactMap { wanted.intersection($0) }
                let kept = shared.contains(wanted) ? [wanted] : shared
                granted += kept.filter { scope in scope.parameters.allSatisfy { honours(scope.type, $0.name) } }.map(Item.resource)
            }
        }
        let result = ScopeSet(items: granted)
        guard !result.resourceScopes.isEmpty else {
            throw OAuthError(
                .invalidScope, "None of the requested scopes can be granted; this server grants reading in the patient context.")
        }
        return result
    }

    /// The conditions every FHIR server here applies: `category`, of one named type.
    package static func honoursCategory(type: String?, parameter: String) -> Bool {
        type != nil && parameter.hasSameBytes(as: "category")
    }

    /// A refresh with its own scope: every scope asked for must lie within this grant, else `invalid_scope`. RFC 6749 §6.
    ///
    /// Narrows the new access token only; the refresh token keeps the scope of the grant.
    package func narrowed(to requested: ScopeSet) throws(OAuthError) -> ScopeSet {
        for item in requested.items {
            let isWithin =
                switch item {
                case .resource(let scope): covers(scope)
                case .launchPatient, .offlineAccess, .other: items.contains(item)
                }
            guard isWithin else { throw OAuthError(.invalidScope, "The scope exceeds what was granted.") }
        }
        guard !requested.resourceScopes.isEmpty else { throw OAuthError(.invalidScope, "The scope names nothing that can be read.") }
        return requested
    }

    /// True when each interaction the scope names is granted under no more conditions than the scope itself carries.
    private func covers(_ scope: Scope) -> Bool {
        let interactions = Scope.Interactions.letters.map(\.1).filter { scope.interactions.contains($0) }
        return interactions.allSatisfy { interaction in
            resourceScopes.contains { own in
                own.context == scope.context && own.interactions.contains(interaction)
                    && (scope.type.map { own.covers(type: $0) } ?? own.isWildcard)
                    && own.parameters.allSatisfy { scope.parameters.contains($0) }
            }
        }
    }
}

extension Scope {
    /// The part of a `patient/` scope that reads and searches; nil when there is none.
    fileprivate var readOnly: Scope? {
        guard context == .patient else { return nil }
        let reading = interactions.intersection(.readSearch)
        guard !reading.isEmpty else { return nil }
        guard reading != interactions else { return self }
        return Scope(context: context, type: type, interactions: reading, parameters: parameters, preferV1: isV1)
    }
}
