import FHIR

// One value of one parameter of one row, as the columns hold it. Entries stand in the order of rows.

struct TokenEntry: Sendable {
    let row: UInt32
    let code: TextPool.Ref
    /// Nil when the value has no system.
    let system: TextPool.Ref?
}

struct DateEntry: Sendable {
    let row: UInt32
    let range: DateRange
}

struct StringEntry: Sendable {
    let row: UInt32
    let text: TextPool.Ref
    let folded: TextPool.Ref
}

struct ReferenceEntry: Sendable {
    let row: UInt32
    /// Nil when the text is not of the shape `Type/id`.
    let type: ResourceType?
    let id: TextPool.Ref
    let whole: TextPool.Ref
}

struct QuantityEntry: Sendable {
    let row: UInt32
    let low: Double
    let high: Double
    let system: TextPool.Ref?
    let code: TextPool.Ref?
    let unit: TextPool.Ref?
}

struct UriEntry: Sendable {
    let row: UInt32
    let text: TextPool.Ref
}

/// A reference to a type that belongs to no member, wherever in the resource it stands.
struct SharedReference: Sendable {
    struct Target: Hashable {
        let type: ResourceType
        let id: TextPool.Ref
    }

    let row: UInt32
    let target: Target
}
