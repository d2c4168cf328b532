extension ProductionRequest {
    package enum State: String, Sendable, CaseIterable {
        case draft
        case submitted
        case changesRequested
        case clarificationAsked
        case approved
        case refused
        case withdrawn
    }

    package enum Action: String, Sendable, CaseIterable {
        case addEvidence, removeEvidence, submit, withdraw, answer, ask, requestChanges, approve, refuse

        package var needsWords: Bool {
            switch self {
            case .answer, .ask, .requestChanges, .refuse: true
            case .addEvidence, .removeEvidence, .submit, .withdraw, .approve: false
            }
        }
    }

    package enum Effect: Sendable, Equatable {
        case tellDeveloper
        /// Keys and redirect URIs go to every production plan.
        case sync
    }

    /// What follows; nil for what must not be.
    package static func move(_ state: State, _ role: CaseRole, _ action: Action) -> (next: State, effects: [Effect])? {
        switch (role, action, state) {
        case (.developer, .addEvidence, .draft), (.developer, .removeEvidence, .draft): (.draft, [])
        case (.developer, .addEvidence, .changesRequested), (.developer, .removeEvidence, .changesRequested): (.changesRequested, [])
        case (.developer, .addEvidence, .clarificationAsked): (.clarificationAsked, [])
        case (.developer, .addEvidence, .withdrawn), (.developer, .removeEvidence, .withdrawn): (.withdrawn, [])
        case (.developer, .submit, .draft), (.developer, .submit, .changesRequested), (.developer, .submit, .withdrawn): (.submitted, [])
        case (.developer, .answer, .clarificationAsked): (.submitted, [])
        case (.developer, .withdraw, .submitted), (.developer, .withdraw, .changesRequested), (.developer, .withdraw, .clarificationAsked):
            (.withdrawn, [])
        case (.reviewer, .ask, .submitted): (.clarificationAsked, [.tellDeveloper])
        case (.reviewer, .requestChanges, .submitted), (.reviewer, .requestChanges, .clarificationAsked):
            (.changesRequested, [.tellDeveloper])
        case (.reviewer, .approve, .submitted): (.approved, [.sync, .tellDeveloper])
        case (.reviewer, .refuse, .submitted), (.reviewer, .refuse, .clarificationAsked), (.reviewer, .refuse, .changesRequested):
            (.refused, [.tellDeveloper])
        default: nil
        }
    }

    /// What this role may do now.
    package static func actions(_ state: State, _ role: CaseRole) -> [Action] {
        Action.allCases.filter { move(state, role, $0) != nil }
    }
}
