/// How much a plan holds.
package struct PlanUsage: Sendable, Equatable {
    package var members: Int
    package var resources: Int
    /// Of the resources' own bytes, without what a store needs around them.
    package var bytes: Int

    package init(members: Int = 0, resources: Int = 0, bytes: Int = 0) {
        (self.members, self.resources, self.bytes) = (members, resources, bytes)
    }

    package static func + (a: PlanUsage, b: PlanUsage) -> PlanUsage {
        PlanUsage(members: a.members + b.members, resources: a.resources + b.resources, bytes: a.bytes + b.bytes)
    }
}

/// The most that imports may bring a plan to; nil is no limit.
package struct PlanQuota: Sendable, Equatable {
    package let members: Int?
    package let resources: Int?
    package let bytes: Int?

    package init(members: Int? = nil, resources: Int? = nil, bytes: Int? = nil) {
        (self.members, self.resources, self.bytes) = (members, resources, bytes)
    }

    /// What `growth` on top of `usage` would go over. What does not grow goes over nothing, however much there is.
    package func exceeded(by usage: PlanUsage, growing growth: PlanUsage) -> String? {
        let next = usage + growth
        let limits: [(name: String, limit: Int?, next: Int, growth: Int)] = [
            ("members", members, next.members, growth.members), ("resources", resources, next.resources, growth.resources),
            ("bytes", bytes, next.bytes, growth.bytes),
        ]
        for (name, limit, next, growth) in limits {
            guard let limit, growth > 0, next > limit else { continue }
            return "\(next) \(name); its quota is \(limit) (plans[].quota.\(name))"
        }
        return nil
    }
}

/// Tells how much a plan holds. Synchronous, for a thread that may wait.
package protocol UsageStore: Sendable {
    /// What the quota does not limit is left at 0.
    func usage(of plan: Key<Plan>, for quota: PlanQuota) throws(Refusal) -> PlanUsage
    /// By how much the plan would grow with this batch, whose repeats of earlier ones are not kept.
    func growth(of batch: [PreparedResource], plan: Key<Plan>) throws(Refusal) -> PlanUsage
}
