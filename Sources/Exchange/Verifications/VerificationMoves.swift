extension Verification {
    package enum State: String, Sendable, CaseIterable {
        /// The sponsor has a mail and has not answered.
        case waitingForSponsor
        /// The sponsor said that this is not theirs.
        case sponsorDeclined
        case inReview
        /// The reviewer asked; the developer answers.
        case questionAsked
        /// The reviewer wants other details; the developer sends the form again.
        case changesRequested
        case approved
        case refused
        case withdrawn
    }

    package enum Action: String, Sendable, CaseIterable {
        /// The form was sent again.
        case submit
        case withdraw
        case remind
        case confirm
        case decline
        case ask
        case answer
        case requestChanges
        case approve
        case refuse

        /// A decision that takes another's way must say why.
        package var needsWords: Bool {
            switch self {
            case .ask, .answer, .requestChanges, .refuse: true
            case .submit, .withdraw, .remind, .confirm, .decline, .approve: false
            }
        }
    }

    package enum Effect: Sendable, Equatable {
        /// A new link to the sponsor; the older one is dead.
        case mailSponsor
        case tellDeveloper
        /// What the sponsor confirmed no longer counts.
        case forgetSponsor
        case noteSponsor
        /// The organisation's name stands beside the app, and its credentials go to the plans of the sandbox.
        case sync
    }

    /// What follows; nil for what must not be.
    package static func move(_ state: State, _ role: CaseRole, _ action: Action) -> (next: State, effects: [Effect])? {
        switch (role, action, state) {
        case (.developer, .submit, .sponsorDeclined), (.developer, .submit, .changesRequested), (.developer, .submit, .withdrawn):
            // Other details need the sponsor's word again.
            (.waitingForSponsor, [.forgetSponsor, .mailSponsor])
        case (.developer, .remind, .waitingForSponsor): (.waitingForSponsor, [.mailSponsor])
        case (.developer, .answer, .questionAsked): (.inReview, [])
        case (.developer, .withdraw, .waitingForSponsor), (.developer, .withdraw, .sponsorDeclined), (.developer, .withdraw, .inReview),
            (.developer, .withdraw, .questionAsked), (.developer, .withdraw, .changesRequested):
            (.withdrawn, [])
        case (.sponsor, .confirm, .waitingForSponsor): (.inReview, [.noteSponsor, .tellDeveloper])
        case (.sponsor, .decline, .waitingForSponsor): (.sponsorDeclined, [.tellDeveloper])
        case (.reviewer, .ask, .inReview): (.questionAsked, [.tellDeveloper])
        case (.reviewer, .requestChanges, .inReview), (.reviewer, .requestChanges, .waitingForSponsor),
            (.reviewer, .requestChanges, .questionAsked):
            (.changesRequested, [.tellDeveloper])
        // Never without the sponsor's word.
        case (.reviewer, .approve, .inReview): (.approved, [.sync, .tellDeveloper])
        case (.reviewer, .refuse, .inReview), (.reviewer, .refuse, .waitingForSponsor), (.reviewer, .refuse, .questionAsked),
            (.reviewer, .refuse, .changesRequested), (.reviewer, .refuse, .sponsorDeclined):
            (.refused, [.tellDeveloper])
        default: nil
        }
    }

    /// What this role may do now.
    package static func actions(_ state: State, _ role: CaseRole) -> [Action] {
        Action.allCases.filter { move(state, role, $0) != nil }
    }
}
