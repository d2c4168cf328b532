import Exchange
import Pages
import Trust

/// What someone of the plan's side chose on a case's page, and the words that came with it.
struct CaseDecision<Action: RawRepresentable<String>> {
    let action: Action
    let words: String

    private init(_ action: Action, _ words: String) { (self.action, self.words) = (action, words) }

    /// Of the case as it was shown and no other; what it may not become, and what must say why, is refused.
    static func read(
        _ call: PortalCall, revision: Int, may: (Action) -> Bool, needsWords: (Action) -> Bool
    ) -> Result<CaseDecision, Problem> {
        guard call.input.form.value("revision") == String(revision) else { return .failure(Problem(problem: .changedMeanwhile)) }
        guard let action = Action(rawValue: call.input[.decision]), may(action) else { return .failure(Problem(problem: .chooseDecision)) }
        if needsWords(action), call.input[.message].isEmpty { return .failure(Problem(problem: .wordsNeeded)) }
        guard call.input.tooLong([.message], 4000).isEmpty else { return .failure(Problem(problem: .tooLong(.message))) }
        return .success(CaseDecision(action, call.input[.message]))
    }

    struct Problem: Error { let problem: PortalProblem }
}
