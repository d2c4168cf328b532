package import FHIR

/// What a plan lets go through one channel. The one place that decides whether a resource is in or out, and can say why.
package struct ReleasePolicy: Sendable, Equatable {
    /// The types that are shared; the four that never are cannot be among them.
    package let types: Set<ResourceType>
    /// How many years of service before today are shared; nil for all. What has no date of service is always shared.
    package let serviceYears: Int?
    /// A resource with one of these labels stays home.
    package let withheldLabels: [SecurityLabel]

    package init(
        types: some Sequence<ResourceType> = ReleasedTypes.clinical, serviceYears: Int? = nil,
        withheldLabels: [SecurityLabel] = [.restricted, .veryRestricted]
    ) {
        self.types = Set(types).filter { ReleasedTypes.isClinical($0) }
        (self.serviceYears, self.withheldLabels) = (serviceYears, withheldLabels)
    }

    /// The clinical list, of any date, without what is labelled restricted or very restricted.
    package static let standard = ReleasePolicy()

    /// What the policy asks about a resource.
    package struct Facts: Sendable {
        package let type: ResourceType
        package let labels: [SecurityLabel]
        package let serviceDate: DateRange?

        package init(type: ResourceType, labels: [SecurityLabel], serviceDate: DateRange?) {
            (self.type, self.labels, self.serviceDate) = (type, labels, serviceDate)
        }

        package init(_ resource: JSONValue, type: ResourceType) {
            self.init(type: type, labels: SecurityLabel.all(of: resource), serviceDate: ServiceDate.range(of: resource, type: type))
        }
    }

    package enum Verdict: Sendable, Equatable {
        case released
        case held(Reason)
    }

    package enum Reason: Sendable, Equatable {
        case neverShared
        case typeNotShared
        case labelled(SecurityLabel)
        case servedBefore(Timestamp)

        /// One sentence for the plan's people.
        package var explanation: String {
            switch self {
            case .neverShared: "Its type never leaves in this exchange."
            case .typeNotShared: "Its type is not among those this plan shares through this channel."
            case .labelled(let label): "It is labelled \(label.text), which this plan holds back."
            case .servedBefore(let start): "Its date of service is before \(start.date), where the shared years begin."
            }
        }
    }

    /// A type by itself.
    package func verdict(onType type: ResourceType) -> Verdict {
        if ReleasedTypes.isNeverShared(type) { return .held(.neverShared) }
        return types.contains(type) ? .released : .held(.typeNotShared)
    }

    package func verdict(on facts: Facts, at now: Timestamp) -> Verdict {
        if case .held(let reason) = verdict(onType: facts.type) { return .held(reason) }
        if let label = facts.labels.first(where: { withheldLabels.contains($0) }) { return .held(.labelled(label)) }
        if let start = start(at: now), let date = facts.serviceDate, date.high <= start.milliseconds { return .held(.servedBefore(start)) }
        return .released
    }

    /// The first moment of the shared years: the same day, so many years ago; nil without such a limit.
    package func start(at now: Timestamp) -> Timestamp? {
        guard let serviceYears else { return nil }
        let today = CivilDay(daysSinceEpoch: now.milliseconds.flooredQuotient(by: 86_400_000))
        let year = today.year - serviceYears
        let day = CivilDay(year: year, month: today.month, day: today.day) ?? CivilDay(year: year, month: 2, day: 28)
        return day.map { Timestamp(milliseconds: $0.daysSinceEpoch * 86_400_000) }
    }
}
