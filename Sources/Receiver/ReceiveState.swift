import FHIR

/// How far a receive came: enough to go on after the program was killed at any moment.
///
/// It holds the tokens, so its file is readable by its owner only and is removed when everything was received.
struct ReceiveState: Sendable {
    let from: String
    let fhirBase: String
    let clientID: String
    let startedAt: Timestamp
    var tokens: TokenSet?
    var requests = 0
    var retries = 0
    var types: [TypeState]

    init(from: String, fhirBase: String, clientID: String, startedAt: Timestamp, types: [TypeState]) {
        self.from = from
        self.fhirBase = fhirBase
        self.clientID = clientID
        self.startedAt = startedAt
        self.types = types
    }

    /// Opens what another run may bring to its end: types that broke off, and with them the references that they may lead to.
    mutating func reopen() {
        for index in types.indices where types[index].status == .failed && types[index].again { types[index].reopen() }
        guard types.contains(where: { $0.status == .open }) else { return }
        for index in types.indices where types[index].way == .reference && types[index].status == .done { types[index].reopen() }
    }

    var isDone: Bool { types.allSatisfy { $0.status != .open } }
    var canGoOn: Bool { types.contains { $0.status == .open || $0.again } }
}

/// How far one type came.
struct TypeState: Sendable, Equatable {
    enum Way: String, Sendable { case patient, search, reference }
    enum Status: String, Sendable { case open, done, notShared, failed }

    let type: ResourceType
    let way: Way
    var status = Status.open
    /// Why the status is `notShared` or `failed`.
    var reason: String?
    /// A failed type may succeed another time.
    var again = false
    /// The page to read next; nil before the first.
    var next: String?
    /// Bytes of the file that are whole pages, and lines in them.
    var bytes = 0
    var count = 0
    var pages = 0
    var duplicates = 0
    var rejected: [Counted] = []
    var gaps: [Counted] = []

    init(_ type: ResourceType, _ way: Way) {
        (self.type, self.way) = (type, way)
    }

    /// So many resources for one reason; the first few by id.
    struct Counted: Sendable, Equatable {
        let reason: String
        var count: Int
        var ids: [String]

        static func add(_ id: String, _ reason: String, to list: inout [Counted]) {
            if let index = list.firstIndex(where: { $0.reason == reason }) {
                list[index].count += 1
                if list[index].ids.count < 100 { list[index].ids.append(id) }
            } else {
                list.append(Counted(reason: reason, count: 1, ids: [id]))
            }
        }
    }

    mutating func reopen() {
        status = .open
        reason = nil
        again = false
        // References are read again from those that are there, and what was missing may have come.
        if way == .reference { gaps = [] }
    }

    /// Nothing of the file can be used.
    mutating func startOver() {
        self = TypeState(type, way)
    }
}
