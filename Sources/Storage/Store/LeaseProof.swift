import Exchange

/// Whether a transfer is still in the hands of whom a lease names, asked inside the change that leans on it.
enum LeaseProof {
    static let sql = "SELECT 1 FROM transfer WHERE number = ? AND lease_holder = ? AND state IN ('receiving', 'keeping', 'undoing')"

    /// `statement` is `sql`. Refused with `conflict` when somebody else holds the transfer, or nobody.
    static func prove(_ lease: TransferLease, _ statement: any Statement) throws {
        defer { statement.reset() }
        statement.bind(1, lease.transfer.number)
        statement.bind(2, lease.holder)
        guard try statement.step() else { throw Refusal(.conflict, "The transfer is in other hands.") }
    }
}
