/// A part of a long list, so that its page stays small.
struct ListPart<Row> {
    private static var most: Int { 100 }

    let rows: [Row]
    /// The address of the next part; nil for the last.
    let more: String?

    /// From where the address says, or from the beginning.
    init(_ all: [Row], _ call: PortalCall, root: String) {
        let first = call.query("after").flatMap { Int($0) }.map { min(max(0, $0), all.count) } ?? 0
        let rest = all.dropFirst(first)
        rows = Array(rest.prefix(Self.most))
        more = rest.count > Self.most ? "\(root)?after=\(first + Self.most)" : nil
    }
}
