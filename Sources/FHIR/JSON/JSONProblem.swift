import CSimdJSON

/// Why bytes are not a JSON document that this house reads.
package enum JSONProblem: Error, Sendable, Equatable {
    case empty
    case syntax(at: Int)
    case tooDeep
    case duplicateName(at: Int)
    case notUTF8
    case numberOutOfRange
    case tooLarge
    case forbiddenCharacter(at: Int)
    case outOfMemory

    init(code: Int32, position: Int) {
        self =
            switch code {
            case Int32(PB_JSON_DEPTH.rawValue): .tooDeep
            case Int32(PB_JSON_DUPLICATE_KEY.rawValue): .duplicateName(at: position)
            case Int32(PB_JSON_UTF8.rawValue): .notUTF8
            case Int32(PB_JSON_NUMBER_RANGE.rawValue): .numberOutOfRange
            case Int32(PB_JSON_MEMORY.rawValue): .outOfMemory
            case Int32(PB_JSON_EMPTY.rawValue): .empty
            case Int32(PB_JSON_TOO_LARGE.rawValue): .tooLarge
            case Int32(PB_JSON_CHARACTER.rawValue): .forbiddenCharacter(at: position)
            default: .syntax(at: position)
            }
    }

    /// One sentence for a person: what is wrong and where.
    package var explanation: String {
        switch self {
        case .empty: "There is nothing here; a JSON object was expected."
        case .syntax: "This is not valid JSON: it is cut off, or a character stands where none may."
        case .tooDeep: "The JSON is nested more than \(PB_JSON_MAXIMUM_DEPTH) deep."
        case .duplicateName(let at):
            "A member name occurs twice in one object (near byte \(at)); readers would disagree on which one counts."
        case .notUTF8: "The bytes are not UTF-8."
        case .numberOutOfRange: "A number is larger than a double or a 64-bit integer can hold."
        case .tooLarge: "The document is larger than 512 MiB."
        case .forbiddenCharacter(let at): "A string holds U+0000 or half of a surrogate pair (near byte \(at))."
        case .outOfMemory: "There was not enough memory to read the document."
        }
    }
}
