import Exchange
import Testing

@Suite("Life cycle of a transfer")
struct TransferMovesTests {
    private struct Step: Hashable {
        let state: Transfer.State
        let actor: Transfer.Actor
        let action: Transfer.Action
    }

    /// Written down once more as a list of what may be; all else must not.
    private static let legal: [Step: Transfer.State] = {
        var legal: [Step: Transfer.State] = [:]
        func may(_ actors: [Transfer.Actor], _ action: Transfer.Action, _ states: [Transfer.State], _ next: Transfer.State) {
            for actor in actors { for state in states { legal[Step(state: state, actor: actor, action: action)] = next } }
        }
        may([.member], .authorize, [.authorizing], .receiving)
        may([.member], .decline, [.authorizing], .cancelled)
        may([.member, .job], .stop, [.authorizing], .cancelled)
        may([.member, .planOperator], .stop, [.receiving], .cancelled)
        may([.job], .arrive, [.receiving], .ready)
        may([.job], .differ, [.receiving], .differs)
        may([.job], .fail, [.receiving], .failed)
        may([.member, .planOperator], .retry, [.failed], .receiving)
        may([.planOperator], .accept, [.differs], .ready)
        may([.member, .job], .keep, [.ready], .keeping)
        may([.member, .planOperator], .discard, [.ready, .differs, .failed], .discarded)
        may([.job], .finish, [.keeping], .kept)
        may([.member, .planOperator], .undo, [.kept], .undoing)
        may([.job], .finish, [.undoing], .undone)
        return legal
    }()

    @Test("A transfer moves as the list says, for every state, actor and action")
    func moves() {
        for state in Transfer.State.allCases {
            for actor in Transfer.Actor.allCases {
                for action in Transfer.Action.allCases {
                    let moved = Transfer.move(state, actor, action)
                    #expect(moved?.next == Self.legal[Step(state: state, actor: actor, action: action)], "\(state) \(actor) \(action)")
                    #expect(Transfer.actions(state, actor).contains(action) == (moved != nil))
                    guard let moved else { continue }
                    // What moves by itself is woken; where nothing is to be brought any more, no token is left.
                    #expect(moved.effects.contains(.wakeJob) == moved.next.isMoving)
                    if [.cancelled, .discarded, .ready, .differs].contains(moved.next), action != .accept {
                        #expect(moved.effects.contains(.dropTokens), "\(state) \(action)")
                    }
                    if [.discarded, .kept].contains(moved.next) || (moved.next == .cancelled && state == .receiving) {
                        #expect(moved.effects.contains(.dropStaged), "\(state) \(action)")
                    }
                }
            }
        }
    }

    @Test("Only what is kept was wanted by somebody: no way leads there past a decision")
    func wanted() {
        for state in Transfer.State.allCases {
            for actor in Transfer.Actor.allCases {
                for action in Transfer.Action.allCases where Transfer.move(state, actor, action)?.next == .keeping {
                    #expect(state == .ready && action == .keep)
                }
            }
        }
        #expect(Transfer.move(.differs, .member, .keep) == nil && Transfer.move(.differs, .member, .accept) == nil)
    }
}
