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
        for index in types.indices where types[index].way == .reference {
            if types[index].status == .done { types[index].reopen() }
            // References are read again but for those that are here, and counted again: what was missing may have come.
            if types[index].status == .open { (types[index].gaps, types[index].rejected) = ([], []) }
        }
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
    /// The last `Bundle.total`; what never came of it is a gap.
    var announced: Int?
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

    /// A search that ended with fewer entries than it announced.
    mutating func countMissing() {
        let came = count + duplicates + rejected.reduce(0) { $0 + $1.count }
        guard let announced, announced > came else { return }
        gaps = [Counted(reason: "announced, but not sent", count: announced - came, ids: [])]
    }

    mutating func reopen() {
        status = .open
        reason = nil
        again = false
    }

    /// Nothing of the file can be used.
    mutating func startOver() {
        self = TypeState(type, way)
    }
}
