extension Transfer {
    package enum State: String, Sendable, CaseIterable {
        /// The member was sent to the other plan.
        case authorizing
        /// A job brings the record.
        case receiving
        /// It is here, to be looked at.
        case ready
        /// It is here, and seems to be another person's; someone at the plan decides.
        case differs
        /// It is being made part of the record.
        case keeping
        case kept
        /// It is being taken out of the record.
        case undoing
        case undone
        /// Not wanted, or not this member's: nothing of it is left.
        case discarded
        case failed
        /// The member said no, stopped it, or did not come back.
        case cancelled

        /// Something happens without anyone's doing.
        package var isMoving: Bool { self == .receiving || self == .keeping || self == .undoing }
        /// A new transfer from the same payer must wait for this one.
        package var isUnderWay: Bool {
            switch self {
            case .receiving, .ready, .differs, .keeping, .undoing: true
            case .authorizing, .kept, .undone, .discarded, .failed, .cancelled: false
            }
        }
    }

    package enum Actor: String, Sendable, CaseIterable {
        case member
        /// The plan's operator.
        case planOperator = "operator"
        case job
    }

    package enum Action: String, Sendable, CaseIterable {
        /// The code came back from the other plan.
        case authorize
        /// The other plan said no, or its answer was not its own.
        case decline
        case arrive
        case differ
        case fail
        case retry
        /// This is the same person after all.
        case accept
        case keep
        case finish
        case discard
        case undo
        case stop
    }

    package enum Effect: Sendable, Equatable {
        case wakeJob
        /// What was brought and not kept.
        case dropStaged
        case dropTokens
    }

    /// What follows; nil for what must not be.
    package static func move(_ state: State, _ actor: Actor, _ action: Action) -> (next: State, effects: [Effect])? {
        switch (actor, action, state) {
        case (.member, .authorize, .authorizing): (.receiving, [.wakeJob])
        case (.member, .decline, .authorizing): (.cancelled, [.dropTokens])
        case (.member, .stop, .authorizing), (.job, .stop, .authorizing): (.cancelled, [.dropTokens])
        case (.member, .stop, .receiving), (.planOperator, .stop, .receiving): (.cancelled, [.dropStaged, .dropTokens])
        case (.job, .arrive, .receiving): (.ready, [.dropTokens])
        case (.job, .differ, .receiving): (.differs, [.dropTokens])
        case (.job, .fail, .receiving): (.failed, [])
        case (.member, .retry, .failed), (.planOperator, .retry, .failed): (.receiving, [.wakeJob])
        case (.planOperator, .accept, .differs): (.ready, [])
        case (.member, .keep, .ready), (.job, .keep, .ready): (.keeping, [.wakeJob])
        case (.member, .discard, .ready), (.member, .discard, .differs), (.member, .discard, .failed),
            (.planOperator, .discard, .ready), (.planOperator, .discard, .differs), (.planOperator, .discard, .failed):
            (.discarded, [.dropStaged, .dropTokens])
        case (.job, .finish, .keeping): (.kept, [.dropStaged])
        case (.member, .undo, .kept), (.planOperator, .undo, .kept): (.undoing, [.wakeJob])
        case (.job, .finish, .undoing): (.undone, [])
        default: nil
        }
    }

    /// What this actor may do now.
    package static func actions(_ state: State, _ actor: Actor) -> [Action] { Action.allCases.filter { move(state, actor, $0) != nil } }
}
