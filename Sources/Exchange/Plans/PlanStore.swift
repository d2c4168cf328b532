package protocol PlanStore: Sendable {
    /// The plan's number; a plan of a new id is added, a changed name is kept.
    func enrol(planID: String, name: String) async throws(Refusal) -> Key<Plan>
    func planKey(_ id: String) throws(Refusal) -> Key<Plan>?
}
