/// A row's number that opens only its own table: a `Key<App>` is not a `Key<Member>`.
package struct Key<Row>: Sendable, Hashable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
}
