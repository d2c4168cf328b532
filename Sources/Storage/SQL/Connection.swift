/// One session with the database, of either engine. One thread at a time.
protocol Connection: AnyObject {
    /// Prepares SQL in the dialect both engines share: `?` or `?1` for a value, `"quoted"` names, no engine's own functions.
    func prepare(_ sql: String) throws -> any Statement

    /// What is read until `endSnapshot` is as it was at one moment.
    func beginSnapshot() throws
    func endSnapshot()
}
