/// Writes the resources of one member, a step (the opening, a visit, the end) at a time, into one buffer.
struct MemberRecord {
    /// A finished resource: it ends at this place of the buffer and begins where the one before ended.
    struct Piece {
        let type: RecordType
        let end: Int
    }

    /// What a visit has written so far, for its note and its bills.
    struct Log {
        var reasons: [(concept: Concept, serial: Int)] = []
        var procedures: [(concept: Concept, serial: Int)] = []
        var vaccines: [(concept: Concept, serial: Int)] = []
        var medicines: [Concept] = []
        var complaint: StaticString = "no complaints"
    }

    let plan: SyntheticPlan
    let persona: Persona
    let visits: [Visit]

    var out = ResourceBytes()
    var note = ResourceBytes()
    var pieces: [Piece] = []
    var targets: [(type: RecordType, serial: Int)] = []
    var chance: Chance
    private var nextSerial = 1

    /// `,"subject":{"reference":"Patient/..."}` and the same as `patient`.
    let subject: [UInt8]
    let patient: [UInt8]

    // What lasts from one visit to the next.
    var coverage = 0
    var problems: [(illness: ChronicIllness.Index, serial: Int)] = []
    var pregnancy: (serial: Int, concept: Concept)?
    var injuryCondition: [Int: Int] = [:]
    /// A note that the next one replaces.
    var supersededNote: Int?
    var hasDevice = false
    var hasAllergies = false

    // The visit being written.
    var visit: Visit
    var isLastVisit = false
    var end: Moment
    var encounter: [UInt8] = []
    var encounterSerial = 0
    var site = 0
    var clinician = 0
    var specimens: [(sample: Panel.Sample, serial: Int)] = []
    var log = Log()
    var milliseconds = 0

    static let patientSerial = 0

    init(plan: SyntheticPlan, persona: Persona, visits: [Visit]) {
        self.plan = plan
        self.persona = persona
        self.visits = visits
        chance = Chance(seed: persona.key ^ 0x5245_434F_5244)
        visit = visits.first ?? Visit(at: Moment(day: persona.lastDay, second: 36_000), purpose: .single)
        end = visit.at
        var head = ResourceBytes()
        head.raw(#":{"reference":"Patient/"#)
        head.id(RecordID(owner: persona.key, serial: MemberRecord.patientSerial))
        head.raw(#""}"#)
        subject = Array(#","subject""#.utf8) + head.bytes
        patient = Array(#","patient""#.utf8) + head.bytes
        out.reserve(64 * 1024)
    }

    /// `step` -1 is the opening, `visits.count` the end, between them lies the visit of that index.
    mutating func write(step: Int) {
        switch step {
        case ..<0: open()
        case 0..<visits.count: write(visits[step], isLast: step == visits.count - 1)
        default: provenance()
        }
    }

    mutating func clear() {
        out.clear()
        pieces.removeAll(keepingCapacity: true)
    }

    private mutating func open() {
        writePatient()
        writeCoverage()
        if persona.age(on: persona.lastDay) < 18 { writeRelatedPerson() }
    }

    mutating func reserve() -> Int {
        defer { nextSerial += 1 }
        return nextSerial
    }

    func id(_ serial: Int) -> RecordID { RecordID(owner: persona.key, serial: serial) }

    /// Begins a resource of a serial that was reserved, or of a new one.
    @discardableResult
    mutating func begin(_ type: RecordType, _ profiles: StaticString?, serial: Int? = nil) -> Int {
        let serial = serial ?? reserve()
        out.raw(#"{"resourceType":""#)
        out.raw(type.name)
        out.raw(#"","id":""#)
        out.id(id(serial))
        if let profiles {
            out.raw(#"","meta":{"profile":["#)
            out.raw(profiles)
            out.raw("]}")
        } else {
            out.byte(34)
        }
        if type.isClinical, type != .provenance { targets.append((type, serial)) }
        return serial
    }

    mutating func finish(_ type: RecordType) {
        out.byte(125)
        pieces.append(Piece(type: type, end: out.count))
    }

    /// `{"reference":"Type/id"}`.
    mutating func reference(_ type: RecordType, _ serial: Int) {
        out.raw(#"{"reference":""#)
        out.raw(type.name)
        out.byte(47)
        out.id(id(serial))
        out.raw(#""}"#)
    }

    /// `,"name":"2019-05-23T09:15:00-04:00"`.
    mutating func moment(_ name: StaticString, _ moment: Moment) {
        key(name)
        out.byte(34)
        out.moment(moment)
        out.byte(34)
    }

    mutating func instant(_ name: StaticString, _ moment: Moment) {
        key(name)
        out.byte(34)
        out.moment(moment, milliseconds: milliseconds)
        out.byte(34)
    }

    mutating func period(_ name: StaticString, _ start: Moment, _ end: Moment?) {
        key(name)
        out.raw(#"{"start":""#)
        out.moment(start)
        if let end {
            out.raw(#"","end":""#)
            out.moment(end)
        }
        out.raw(#""}"#)
    }

    mutating func key(_ name: StaticString) {
        out.raw(#",""#)
        out.raw(name)
        out.raw(#"":"#)
    }

    mutating func concept(_ name: StaticString, _ concept: Concept) {
        key(name)
        out.concept(concept)
    }
}
