/// A transfer as a member's pages show it. `state` and `problem` are the domain's names.
package struct TransferCard: Sendable {
    package var address: String
    package var payer: String
    package var state: String
    package var problem: String?
    package var mayTryAgain: Bool
    package var isWaiting: Bool
    /// Instants in UTC.
    package var createdAt: String
    package var movedAt: String
    package var kinds: [SharedKind]
    package var notTaken: Int
    package var brokenOff: Bool
    package var added: Int
    package var updated: Int
    package var unchanged: Int
    package var disappeared: Int
    package var mayUndo: Bool

    package init(
        address: String, payer: String, state: String, problem: String?, mayTryAgain: Bool, isWaiting: Bool, createdAt: String,
        movedAt: String, kinds: [SharedKind], notTaken: Int, brokenOff: Bool, added: Int, updated: Int, unchanged: Int, disappeared: Int,
        mayUndo: Bool
    ) {
        (self.address, self.payer, self.state, self.problem, self.mayTryAgain) = (address, payer, state, problem, mayTryAgain)
        (self.isWaiting, self.createdAt, self.movedAt, self.kinds, self.notTaken) = (isWaiting, createdAt, movedAt, kinds, notTaken)
        (self.brokenOff, self.added, self.updated, self.unchanged) = (brokenOff, added, updated, unchanged)
        (self.disappeared, self.mayUndo) = (disappeared, mayUndo)
    }

    var total: Int { kinds.reduce(0) { $0 + $1.count } }

    func tag(_ say: Language) -> StateTag {
        switch state {
        case "authorizing": StateTag(say("Waiting for you", "Espera por usted"), .warn)
        case "receiving": StateTag(isWaiting ? say("Waiting", "En espera") : say("Arriving", "Llegando"))
        case "ready": StateTag(say("Please look", "Revise por favor"), .warn)
        case "differs": StateTag(say("Being checked", "En revisión"), .warn)
        case "keeping": StateTag(say("Being added", "Se está agregando"))
        case "kept": StateTag(say("In your record", "En su expediente"), .good)
        case "undoing": StateTag(say("Being removed", "Se está quitando"))
        case "undone": StateTag(say("Removed", "Quitado"))
        case "discarded": StateTag(say("Not kept", "No se guardó"))
        case "failed": StateTag(say("Did not work", "No funcionó"), .warn)
        default: StateTag(say("Stopped", "Detenido"))
        }
    }
}
