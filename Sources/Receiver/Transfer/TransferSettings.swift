/// How the transfers of this server are run.
package struct TransferSettings: Sendable {
    /// Transfers at the same time, of all payers together: what bounds the memory.
    package var transfers = 4
    /// Transfers at the same time from one payer.
    package var perPayer = 2
    /// Requests under way in one transfer.
    package var requests = 3
    /// `_count` of each page.
    package var pageSize = 500
    /// Runs of one transfer that may break off before it has failed.
    package var attempts = 6
    /// The wait after the first run that broke off; each further one doubles.
    package var firstPause: Duration = .seconds(5)
    /// Within one run: tries of one request, and the wait before the second.
    package var requestAttempts = 4
    package var firstRetryDelay: Duration = .milliseconds(500)
    /// How long a worker holds a transfer without a word; it says one every third of that.
    package var lease: Duration = .seconds(30)
    /// Whom transfers may talk to.
    package var network = NetworkPolicy.production
    package var limits = ReceiveLimits()
    /// Bytes that one transfer may bring.
    package var mostBytes = 2 << 30
    /// Resources that one transfer may bring.
    package var mostResources = 500_000

    package init() {}
}
