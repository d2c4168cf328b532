/// Holds an import to its plan's quota: before each batch it is known what the batch would add.
///
/// One thread at a time, the one that commits.
package struct ImportQuota: Sendable {
    private let quota: PlanQuota
    private let store: any UsageStore
    private let plan: Key<Plan>
    private let planName: String
    private var usage: PlanUsage?

    package init(_ quota: PlanQuota, store: any UsageStore, plan: Plan) {
        (self.quota, self.store, self.plan, planName) = (quota, store, plan.key, plan.name)
    }

    /// Throws when the batch would go over; then nothing of it is to be kept. `kept` is what this import has kept before.
    mutating func admit(_ batch: [PreparedResource], kept: Int) throws(Refusal) {
        let before: PlanUsage
        if let usage { before = usage } else { before = try store.usage(of: plan, for: quota) }
        let growth = try store.growth(of: batch, plan: plan)
        if let excess = quota.exceeded(by: before, growing: growth) {
            let rest = kept == 0 ? "None of them was kept." : "None of them was kept; the \(kept) before them were."
            throw Refusal(.forbidden, "The next \(batch.count) resources would bring \(planName) to \(excess). \(rest)")
        }
        usage = before + growth
    }

    /// Some of the batch admitted last were refused, so the next one is measured against the store itself.
    mutating func refusedSome() { usage = nil }
}
