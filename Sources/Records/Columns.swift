import Exchange
import FHIR
import Foundation

/// The values of every search parameter of a shelf's rows, made in one walk over its resources. Indexed by the parameter's number.
final class Columns: Sendable {
    let type: ResourceType
    let tokens: [[TokenEntry]]
    let dates: [[DateEntry]]
    let strings: [[StringEntry]]
    let references: [[ReferenceEntry]]
    let quantities: [[QuantityEntry]]
    let uris: [[UriEntry]]
    let shared: [SharedReference]
    /// What the rows refer to of the plan's own, each once.
    let distinctShared: [Reference]
    /// By row; nil for a resource without a date of service.
    let serviceDates: [DateRange?]
    let pool: TextPool

    init(_ builder: consuming ColumnsBuilder) {
        type = builder.type
        (tokens, dates, strings, references) = (builder.tokens, builder.dates, builder.strings, builder.references)
        (quantities, uris, shared, serviceDates) = (builder.quantities, builder.uris, builder.shared, builder.serviceDates)
        distinctShared = builder.distinctShared
        var pool = builder.pool
        pool.seal()
        self.pool = pool
    }

    /// About how much memory they take.
    var size: Int {
        func size<Entry>(_ lists: [[Entry]]) -> Int {
            lists.reduce(0) { $0 + MemoryLayout<[Entry]>.stride + $1.capacity * MemoryLayout<Entry>.stride }
        }
        return pool.size + size(tokens) + size(dates) + size(strings) + size(references) + size(quantities) + size(uris) + size([shared])
            + size([distinctShared]) + size([serviceDates])
    }
}

struct ColumnsBuilder {
    var tokens: [[TokenEntry]]
    var dates: [[DateEntry]]
    var strings: [[StringEntry]]
    var references: [[ReferenceEntry]]
    var quantities: [[QuantityEntry]]
    var uris: [[UriEntry]]
    var shared: [SharedReference] = []
    private(set) var distinctShared: [Reference] = []
    private var knownShared: Set<Reference> = []
    var serviceDates: [DateRange?] = []
    var pool = TextPool()

    let type: ResourceType
    private let parameters: [SearchParameter]
    private let tree: PathTree
    private var row: UInt32 = 0

    init(_ type: ResourceType) {
        self.type = type
        parameters = SearchTable.parameters(of: type)
        tree = Self.tree(of: type)
        let count = parameters.count
        tokens = Array(repeating: [], count: count)
        dates = Array(repeating: [], count: count)
        strings = Array(repeating: [], count: count)
        references = Array(repeating: [], count: count)
        quantities = Array(repeating: [], count: count)
        uris = Array(repeating: [], count: count)
    }

    private static let trees = ReleasedTypes.clinical.reduce(into: [ResourceType: PathTree]()) {
        $0[$1] = PathTree(SearchTable.parameters(of: $1))
    }
    private static func tree(of type: ResourceType) -> PathTree { trees[type] ?? PathTree([]) }
    /// Parameters that have a value when nothing gave them one: `deceased` is false.
    private static let defaults: [ResourceType: [(number: Int, value: String)]] = ReleasedTypes.clinical.reduce(into: [:]) { table, type in
        for (number, parameter) in SearchTable.parameters(of: type).enumerated() {
            for path in parameter.paths where path.steps.isEmpty {
                if let value = path.constant { table[type, default: []].append((number, value)) }
            }
        }
    }

    /// Adds the next row.
    mutating func append(_ resource: JSONValue) {
        tree.walk(resource) { number, path, value in add(value, number, path) }
        for (number, value) in Self.defaults[type] ?? [] where tokens[number].last?.row != row { addToken(value, number) }
        serviceDates.append(ServiceDate.range(of: resource, type: type))
        resource.forEachDescendant { value in
            guard value.isObject, let text = value["reference"]?.text, let reference = Reference(text),
                ReleasedTypes.isShared(reference.type)
            else { return }
            if knownShared.insert(reference).inserted { distinctShared.append(reference) }
            shared.append(SharedReference(row: row, target: .init(type: reference.type, id: pool.add(Array(reference.id.text.utf8)))))
        }
        row += 1
    }

    private mutating func add(_ value: JSONValue, _ number: Int, _ path: SearchPath) {
        if let constant = path.constant { return addToken(constant, number) }
        switch parameters[number].kind {
        case .token: addToken(value, number)
        case .date: if let range = DateRange(value) { dates[number].append(DateEntry(row: row, range: range)) }
        case .string: addString(value, number)
        case .reference: addReference(value, number, path.target)
        case .quantity: addQuantity(value, number)
        case .uri: if let text = value.text { uris[number].append(UriEntry(row: row, text: pool.add(text))) }
        }
    }

    private mutating func addToken(_ text: String, _ number: Int) {
        tokens[number].append(TokenEntry(row: row, code: pool.add(Array(text.utf8)), system: nil))
    }

    private mutating func addToken(_ code: UnsafeRawBufferPointer, _ system: UnsafeRawBufferPointer?, _ number: Int) {
        tokens[number].append(TokenEntry(row: row, code: pool.add(code), system: system.map { pool.add($0) }))
    }

    /// CodeableConcept, Coding, Identifier, ContactPoint, code, string or boolean.
    private mutating func addToken(_ value: JSONValue, _ number: Int) {
        guard value.isObject else {
            switch value.kind {
            case .string: if let text = value.text { addToken(text, nil, number) }
            case .true, .false, .number: addToken(value.bytes, nil, number)
            case .object, .array, .null: break
            }
            return
        }
        if let codings = value["coding"] {
            codings.forEachElement { coding in
                if let code = coding["code"]?.text { addToken(code, coding["system"]?.text, number) }
            }
        } else if let code = value["code"]?.text ?? value["value"]?.text {
            addToken(code, value["system"]?.text, number)
        }
    }

    /// A string, or each part of a HumanName or an Address.
    private mutating func addString(_ value: JSONValue, _ number: Int) {
        if let text = value.text { return addString(text, number) }
        for part in Self.parts {
            value[part]?.forEachElement { element in
                if let text = element.text { addString(text, number) }
            }
        }
    }

    private static let parts: [StaticString] = [
        "text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country",
    ]

    private mutating func addString(_ text: UnsafeRawBufferPointer, _ number: Int) {
        let folded = String(decoding: text, as: UTF8.self).folded
        strings[number].append(StringEntry(row: row, text: pool.add(text), folded: pool.add(Array(folded.utf8))))
    }

    private mutating func addReference(_ value: JSONValue, _ number: Int, _ target: ResourceType?) {
        // A canonical is a text of its own; `#` leads into the resource itself and is nobody's to find.
        guard let text = value.text ?? value["reference"]?.text, text.first != UInt8(ascii: "#") else { return }
        let reference = Reference(text)
        if let target, reference?.type != target { return }
        let id = reference.map { pool.add(Array($0.id.text.utf8)) } ?? pool.add([])
        references[number].append(ReferenceEntry(row: row, type: reference?.type, id: id, whole: pool.add(text)))
    }

    /// Quantity, Age, Duration, or a Range of them.
    private mutating func addQuantity(_ value: JSONValue, _ number: Int) {
        func amount(_ quantity: JSONValue?) -> Double? { quantity?["value"]?.token.flatMap { Double($0) } }
        let isRange = value["low"] != nil || value["high"] != nil
        let low = isRange ? amount(value["low"]) ?? -.infinity : amount(value)
        let high = isRange ? amount(value["high"]) ?? .infinity : low
        guard let low, let high, let unit = isRange ? value["low"] ?? value["high"] : value else { return }
        quantities[number].append(
            QuantityEntry(
                row: row, low: low, high: high, system: unit["system"]?.text.map { pool.add($0) },
                code: unit["code"]?.text.map { pool.add($0) }, unit: unit["unit"]?.text.map { pool.add($0) }))
    }
}
