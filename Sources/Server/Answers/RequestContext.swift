import Hummingbird
import Logging
import NIOCore

/// What a request carries through the router.
struct SiteContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let trace = RequestTrace()
    /// The portal asks on behalf of a developer who tries the exchange.
    let isTried: Bool
    /// The other end of the connection; nil for a request of the portal's own.
    let peer: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        isTried = false
        peer = source.channel.remoteAddress?.ipAddress
    }

    /// Of a request that the portal itself sends.
    init(trying logger: Logger) {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = "tried"
        coreContext = .init(source: Inside(logger: logger))
        isTried = true
        peer = nil
    }

    private struct Inside: RequestContextSource { let logger: Logger }
}
