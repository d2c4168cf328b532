import Hummingbird

/// What a request carries through the router.
struct SiteContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let trace = RequestTrace()
    /// The portal asks on behalf of a developer who tries the exchange.
    let isTried: Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        isTried = false
    }
}
