/// Everything about a member that is settled before the first visit.
struct Persona: Sendable {
    enum Shape: Sendable { case childhood, heavy, sparse, ordinary }

    struct Complaint: Sendable {
        let illness: ChronicIllness.Index
        let onset: CalendarDay
    }

    let member: SyntheticMember
    let key: UInt64
    let shape: Shape
    let birth: CalendarDay
    let isWoman: Bool
    let coverageStart: CalendarDay
    /// The last day of the record: the end of the coverage or the plan's day.
    let lastDay: CalendarDay
    /// About how many resources the record should have.
    let weight: Int
    let complaints: [Complaint]
    let allergies: [Int]
    let place: Place
    let street: String
    let phone: String
    /// An index into `Origin.all`.
    let origin: Int
    let isHispanic: Bool
    /// 0 never, 1 formerly, 2 daily.
    let smoking: Int
    /// Hundredths of a standard deviation from the middle.
    let tallness: Int
    let heaviness: Int
    let clinic: Int
    let hospital: Int
    let physician: Int
    let language: Language

    struct Language: Sendable {
        let code: StaticString
        let display: StaticString
        static let english = Language(code: "en", display: "English")
        static let spanish = Language(code: "es", display: "Spanish")
        static let greek = Language(code: "el", display: "Greek")
    }

    /// The completed years of age on `day`.
    func age(on day: CalendarDay) -> Int { max(birth.months(until: day), 0) / 12 }

    func has(_ illness: ChronicIllness.Index, on day: CalendarDay) -> Bool {
        complaints.contains { $0.illness == illness && $0.onset <= day }
    }

    init(index: Int, plan: SyntheticPlan) {
        let index = max(index, 0)
        let today = plan.today
        let key = Chance.mix(plan.seed ^ Chance.mix(UInt64(index) &+ 0x4D45_4D42_4552))
        var chance = Chance(seed: key)
        self.key = key
        let test = TestMember.at(index, today: today)

        weight = test?.weight ?? Persona.weight(&chance)
        let age = Persona.age(&chance, weight: weight)
        let birth = test?.birth ?? CalendarDay(number: today.number - age * 365 - age / 4 - chance.between(1, 364))
        self.birth = birth
        let years = birth.months(until: today) / 12
        isWoman = test?.isWoman ?? chance.hit(percent: 51)
        shape = test?.shape ?? .ordinary

        let place = test?.place ?? chance.pick(Place.all)
        self.place = place
        street = "\(chance.between(1, 980)) \(chance.pick(Place.streets))"
        phone = Network.phone(&chance)
        origin = chance.below(100) < 58 ? 0 : chance.between(1, Origin.all.count - 1)
        isHispanic = test?.isHispanic ?? chance.hit(percent: 17)
        language = test?.language ?? (isHispanic && chance.hit(percent: 40) ? .spanish : .english)
        smoking = years < 12 ? 0 : chance.below(100) < 68 ? 0 : chance.between(1, 2)
        tallness = chance.bell()
        heaviness = chance.bell()
        clinic = chance.between(Network.clinics.lowerBound, Network.clinics.upperBound)
        hospital = chance.between(Network.hospitals.lowerBound, Network.hospitals.upperBound)
        physician = Network.clinician(at: clinic, years < 18 ? 1 : 2 * chance.below(2))

        // A plan's record begins with the coverage: at birth for most children, otherwise on the first of a month.
        let start: CalendarDay
        if let given = test?.coverageStart {
            start = given
        } else if years < 18 && chance.hit(percent: 80) {
            start = birth
        } else {
            let months = chance.between(14, weight > 900 ? 300 : 180)
            let (year, month, _) = today.adding(months: -months).civil
            start = max(birth, CalendarDay(year: year, month: month, day: 1))
        }
        coverageStart = start
        var end: CalendarDay?
        if let test {
            end = test.coverageEnd
        } else if chance.hit(percent: 4), start.months(until: today) > 30 {
            let (year, month, _) = today.adding(months: -chance.between(2, 14)).civil
            end = CalendarDay(year: year, month: month, day: 1).adding(days: -1)
        }
        lastDay = end ?? today

        complaints =
            test?.complaints ?? Persona.complaints(&chance, age: years, birth: birth, today: today, weight: weight, isWoman: isWoman)
        var allergies: [Int] = test?.allergies ?? []
        if test == nil, chance.hit(percent: 22) {
            let first = chance.below(Allergy.all.count)
            allergies = [first]
            if chance.hit(percent: 35) { allergies.append((first + 1 + chance.below(4)) % Allergy.all.count) }
        }
        self.allergies = allergies

        let given = test?.firstName ?? PersonName.numbered(chance.pick(isWoman ? PersonName.women : PersonName.men), &chance)
        let family = test?.lastName ?? PersonName.numbered(chance.pick(PersonName.families), &chance)
        member = SyntheticMember(
            index: index,
            memberID: test?.memberID ?? Persona.memberID(index, initials: plan.initials),
            firstName: given,
            lastName: family,
            birthDate: birth.text,
            gender: isWoman ? "female" : "male",
            postalCode: place.postalCode,
            email: test?.email ?? "\(given.lowercased()).\(family.lowercased()).\(index)@example.\(index % 2 == 0 ? "com" : "org")",
            coverageStart: start.text,
            coverageEnd: end?.text,
            patientID: RecordID(owner: key, serial: 0).text,
            isTestMember: test != nil,
            summary: test?.summary ?? Persona.summary(age: years, complaints: complaints, weight: weight)
        )
    }

    /// Six digits of index and a check digit (Luhn, ISO/IEC 7812-1 annex B).
    private static func memberID(_ index: Int, initials: String) -> String {
        let plain = String(index)
        let digits = String(repeating: "0", count: max(0, 6 - plain.utf8.count)) + plain
        var sum = 0
        for (position, byte) in digits.utf8.reversed().enumerated() {
            let digit = Int(byte - 48)
            sum += position % 2 == 0 ? digit * 2 / 10 + digit * 2 % 10 : digit
        }
        return "\(initials)-\(digits)-\((10 - sum % 10) % 10)"
    }

    /// The measured spread of Synthea's US Core patients: median 487, mean 758, 95th percentile 2,212, most 3,329.
    private static let weights: [(percent: Int, resources: Int)] = [
        (0, 55), (5, 110), (10, 155), (25, 265), (50, 487), (75, 940), (90, 1680), (95, 2212), (99, 3050), (100, 3300),
    ]

    private static func weight(_ chance: inout Chance) -> Int {
        let draw = chance.below(10_000)
        for (low, high) in zip(weights, weights.dropFirst()) where draw < high.percent * 100 {
            let span = (high.percent - low.percent) * 100
            return low.resources + (high.resources - low.resources) * (draw - low.percent * 100) / span
        }
        return 487
    }

    /// The heavy records belong to the old.
    private static func age(_ chance: inout Chance, weight: Int) -> Int {
        if weight > 1500 { return chance.between(48, 90) }
        if weight > 800 { return chance.between(30, 88) }
        if weight > 350 { return chance.below(100) < 30 ? chance.between(9, 17) : chance.between(18, 82) }
        return chance.below(100) < 30 ? chance.between(0, 17) : chance.between(18, 70)
    }

    private static func complaints(
        _ chance: inout Chance, age: Int, birth: CalendarDay, today: CalendarDay, weight: Int, isWoman: Bool
    ) -> [Complaint] {
        var found: [ChronicIllness.Index] = []
        for illness in ChronicIllness.Index.allCases {
            let percent = illness.percent(at: age) * (weight > 1500 ? 200 : weight > 800 ? 150 : weight < 250 ? 40 : 100) / 100
            if chance.hit(percent: percent) { found.append(illness) }
        }
        if weight > 700, age >= 30, !found.contains(.hypertension) { found.append(.hypertension) }
        if weight > 1200, age >= 40, !found.contains(.hyperlipidemia) { found.append(.hyperlipidemia) }
        if weight > 1900, age >= 45, chance.hit(percent: 35) { found.append(.renalFailure) }
        if weight > 900, age >= 40, isWoman, chance.hit(percent: 15) { found.append(.breastCancer) }
        if found.contains(.diabetes) { found.removeAll { $0 == .prediabetes } }
        return found.map { illness in
            let first = max(illness.illness.minimumAge, 0)
            // Late enough for the illness, early enough for some follow-up.
            let earliest = birth.adding(months: first * 12).number
            let latest = max(earliest, today.number - 400)
            let long = illness == .renalFailure || illness == .breastCancer
            let onset = long ? max(earliest, today.number - chance.between(420, 1200)) : chance.between(earliest, latest)
            return Complaint(illness: illness, onset: CalendarDay(number: min(onset, today.number - 30)))
        }
    }

    private static func summary(age: Int, complaints: [Complaint], weight: Int) -> String {
        let stage = age < 2 ? "infant" : age < 13 ? "child" : age < 18 ? "teenager" : age < 65 ? "adult" : "older adult"
        let size = weight < 200 ? "short record" : weight > 1500 ? "long record" : "record"
        let names = complaints.prefix(2).map { $0.illness.phrase }
        return names.isEmpty ? "\(stage), \(size), routine care" : "\(stage), \(size) with \(names.joined(separator: " and "))"
    }
}

extension ChronicIllness.Index {
    var phrase: String {
        switch self {
        case .hypertension: "high blood pressure"
        case .diabetes: "diabetes"
        case .hyperlipidemia: "high cholesterol"
        case .prediabetes: "prediabetes"
        case .obesity: "obesity"
        case .asthma: "asthma"
        case .obstructiveLung: "chronic bronchitis"
        case .coronary: "heart disease"
        case .kidney: "kidney disease"
        case .osteoarthritis: "arthritis of the knee"
        case .backPain: "back pain"
        case .anemia: "anemia"
        case .depression: "depression"
        case .atrialFibrillation: "atrial fibrillation"
        case .osteoporosis: "osteoporosis"
        case .hypothyroidism: "an underactive thyroid"
        case .rhinitis: "hay fever"
        case .renalFailure: "dialysis"
        case .breastCancer: "breast cancer"
        }
    }
}
