/// One key of `_sort`.
package struct SearchOrder: Sendable {
    package enum Key: Sendable { case id, lastUpdated, parameter(Int) }
    package let key: Key
    package let isDescending: Bool

    /// Reads `-date,_id`.
    static func read(_ value: String, of type: ResourceType) throws(SearchProblem) -> [SearchOrder] {
        var orders: [SearchOrder] = []
        for part in value.split(separator: ",") {
            let isDescending = part.hasPrefix("-")
            let name = String(isDescending ? part.dropFirst() : part)
            switch name {
            case "_id": orders.append(SearchOrder(key: .id, isDescending: isDescending))
            case "_lastUpdated": orders.append(SearchOrder(key: .lastUpdated, isDescending: isDescending))
            default:
                guard let (number, _) = SearchTable.parameter(name, of: type) else {
                    throw SearchProblem(.notSupported, "\(type.name) cannot be sorted by \(name).", parameter: "_sort")
                }
                orders.append(SearchOrder(key: .parameter(number), isDescending: isDescending))
            }
        }
        guard orders.count <= 4 else { throw SearchProblem(.tooCostly, "_sort takes at most four keys.", parameter: "_sort") }
        return orders
    }
}

/// How much of each resource is sent.
package enum ResourceDetail: Sendable, Equatable {
    case whole
    /// `_summary=true`: the elements that the type's definition counts into its summary, with what is mandatory.
    case summary
    /// `_summary=text`: the narrative, with what is mandatory.
    case text
    /// `_summary=data`: everything but the narrative.
    case data
    /// `_elements`: these, with what is mandatory.
    case elements([String])
}
