/// The entries of one kind that have the same code: one test's results, one medicine's orders.
package struct ChartGroup: Sendable, Identifiable {
    /// The `id` of the newest.
    package var id: String { items[0].id }
    /// Newest first; one at least.
    package let items: [ChartItem]
    package var latest: ChartItem { items[0] }
}
