/// Why one request, and with it perhaps one type or the whole run, ends.
enum Stop: Error, Sendable {
    /// This type fails with the reason; the others go on. `again`: another run may succeed.
    case type(reason: String, again: Bool)
    case run(ReceiveProblem)
}
