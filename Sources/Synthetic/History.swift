/// The visits of a member, from the oldest to the newest.
struct History {
    private(set) var visits: [Visit] = []
    private let persona: Persona
    private let first: CalendarDay
    private let last: CalendarDay
    private var chance: Chance

    init(persona: Persona, today: CalendarDay) {
        self.persona = persona
        first = max(persona.birth, persona.coverageStart)
        last = min(today, persona.lastDay).adding(days: -12)
        chance = Chance(seed: persona.key ^ 0x4849_5354)
        switch persona.shape {
        case .sparse: add(last.adding(days: -60), .single)
        case .childhood:
            wellChild()
            childhoodStory()
        case .heavy, .ordinary:
            wellChild()
            checkups()
            followUps()
            passing()
            injuries()
            hospital()
            pregnancies()
            series()
        }
        visits.sort { $0.at < $1.at }
        trim()
        if visits.isEmpty { visits = [Visit(at: moment(max(first, last)), purpose: .single)] }
    }

    private mutating func moment(_ day: CalendarDay) -> Moment {
        Moment(day: day, second: chance.between(8 * 60, 16 * 60) * 60 + chance.below(60))
    }

    private mutating func add(_ day: CalendarDay, _ purpose: Visit.Purpose, anyDay: Bool = false) {
        let day = anyDay ? day : day.workday
        guard day >= first, day <= last else { return }
        visits.append(Visit(at: moment(day), purpose: purpose))
    }

    static let wellChildMonths = [
        0, 1, 2, 4, 6, 9, 12, 15, 18, 24, 30, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180, 192, 204,
    ]

    private mutating func wellChild() {
        for month in History.wellChildMonths {
            add(
                persona.birth.adding(months: month).adding(days: month == 0 ? 3 : chance.between(0, 9)), .wellChild(month),
                anyDay: month == 0)
        }
    }

    private mutating func checkups() {
        var day = max(first, persona.birth.adding(months: 18 * 12)).adding(days: chance.between(5, 300))
        while day <= last {
            add(day, .checkup)
            day = day.adding(months: persona.weight < 200 ? 24 : 12).adding(days: chance.between(-9, 20))
        }
    }

    /// The more there is to be in the record, the more often the illnesses that stay are looked at.
    private mutating func followUps() {
        guard let onset = persona.complaints.map(\.onset).min() else { return }
        let months = persona.weight > 1800 ? 1 : persona.weight > 1000 ? 2 : persona.weight > 450 ? 3 : 6
        var day = max(first, onset).adding(days: persona.shape == .heavy ? 12 : chance.between(1, 40))
        while day <= last {
            add(day, .followUp)
            day = day.adding(months: persona.shape == .heavy ? 5 : months).adding(days: chance.between(-4, 6))
        }
    }

    private mutating func passing() {
        let gap = persona.weight > 1000 ? 150 : persona.weight > 400 ? 230 : 420
        var day = first.adding(days: chance.between(20, gap))
        while day <= last {
            let age = persona.age(on: day)
            let year = day.civil.year
            let index = chance.below(Illness.all.count)
            let illness = Illness.all[index]
            if illness.ages.contains(age), year >= illness.since { add(day, .acute(index)) }
            day = day.adding(days: chance.between(gap / 2, gap * 3 / 2))
        }
    }

    private mutating func injuries() {
        var day = first.adding(days: chance.between(100, 1500))
        while day <= last {
            let index = chance.below(Injury.all.count)
            add(day, .injury(index), anyDay: true)
            add(day.adding(days: Injury.all[index].days - 4), .injuryFollowUp(index))
            if Injury.all[index].days >= 28, chance.hit(percent: 60) {
                for session in 1...6 { add(day.adding(days: Injury.all[index].days + session * 7), .therapy) }
            }
            day = day.adding(days: chance.between(900, 3000))
        }
    }

    private mutating func hospital() {
        let count = persona.weight > 1500 ? 4 : persona.weight > 800 ? 2 : chance.hit(percent: 20) ? 1 : 0
        for _ in 0..<count {
            let day = CalendarDay(number: chance.between(first.number, max(first.number, last.number - 10)))
            if persona.age(on: day) >= 18 { add(day, .admission, anyDay: true) }
        }
        if let asthma = persona.complaints.first(where: { $0.illness == .asthma }) {
            add(asthma.onset.adding(days: chance.between(200, 700)), .attack, anyDay: true)
        }
        var screening = persona.birth.adding(months: 50 * 12 + chance.between(0, 11))
        while screening <= last {
            add(screening, .colonoscopy)
            screening = screening.adding(months: 120)
        }
        guard persona.isWoman else { return }
        screening = persona.birth.adding(months: 45 * 12 + chance.between(0, 11))
        while screening <= last {
            add(screening, .mammography)
            screening = screening.adding(months: 24)
        }
    }

    private mutating func pregnancies() {
        guard persona.isWoman else { return }
        let isFifthTestMember = persona.member.isTestMember && persona.member.coverageEnd != nil
        guard isFifthTestMember || (persona.member.index >= SyntheticPlan.testMembers && chance.hit(percent: 45)) else { return }
        let start = isFifthTestMember ? last.adding(months: -30) : persona.birth.adding(months: chance.between(22, 33) * 12)
        for week in [8, 12, 16, 20, 24, 28, 31, 34, 36, 38] { add(start.adding(days: week * 7), .prenatal(week)) }
        add(start.adding(days: 277), .delivery, anyDay: true)
    }

    /// Treatments that come many times: dialysis, chemotherapy, injections against an allergy.
    private mutating func series() {
        for complaint in persona.complaints {
            switch complaint.illness {
            case .renalFailure:
                var day = max(first, complaint.onset.adding(days: 20))
                while day <= last {
                    add(day, .dialysis, anyDay: true)
                    day = day.adding(days: chance.hit(percent: 33) ? 3 : 2)
                }
            case .breastCancer:
                for session in 0..<16 { add(complaint.onset.adding(days: 30 + session * 21), .infusion) }
            case .rhinitis where persona.weight > 600:
                for session in 0..<36 { add(complaint.onset.adding(days: 60 + session * 30), .immunotherapy) }
            case .backPain where persona.weight > 500, .osteoarthritis where persona.weight > 500:
                for session in 0..<12 { add(complaint.onset.adding(days: 40 + session * 7), .therapy) }
            case .hypertension, .diabetes, .hyperlipidemia, .prediabetes, .obesity, .asthma, .obstructiveLung, .coronary, .kidney,
                .osteoarthritis, .backPain, .anemia, .depression, .atrialFibrillation, .osteoporosis, .hypothyroidism, .rhinitis:
                break
            }
        }
    }

    /// The record of the seed's member: what a childhood with asthma and a broken arm looks like.
    private mutating func childhoodStory() {
        func age(_ years: Int, _ months: Int, _ days: Int) -> CalendarDay {
            persona.birth.adding(months: years * 12 + months).adding(days: days)
        }
        for (years, months, days) in [(0, 8, 12), (1, 2, 20), (1, 10, 6), (3, 1, 17)] {
            add(age(years, months, days), .acute(Illness.otitis))
        }
        for (years, months, days) in [(5, 9, 3), (8, 2, 25), (12, 1, 11)] { add(age(years, months, days), .acute(Illness.strep)) }
        for (years, months, days) in [(2, 5, 9), (6, 11, 2)] { add(age(years, months, days), .acute(Illness.gastroenteritis)) }
        for (years, months, days) in [(4, 0, 28), (9, 1, 4), (14, 0, 15)] { add(age(years, months, days), .acute(Illness.influenza)) }
        add(age(1, 5, 2), .acute(Illness.dermatitis))
        add(age(3, 10, 8), .attack, anyDay: true)
        add(age(7, 3, 19), .attack, anyDay: true)
        for month in stride(from: 45, to: 12 * 40, by: 6) { add(age(0, month, 21), .followUp) }
        add(age(9, 7, 13), .injury(Injury.brokenForearm), anyDay: true)
        add(age(9, 9, 20), .injuryFollowUp(Injury.brokenForearm))
        for session in 0..<6 { add(age(9, 10, 4 + session * 7), .therapy) }
        for session in 0..<12 { add(age(6, 1, 5 + session * 30), .immunotherapy) }
        add(age(11, 4, 22), .injury(3), anyDay: true)
        for year in 19..<80 { add(age(year, 1, 0), .checkup) }
    }

    /// About how many resources a visit makes.
    private func cost(_ visit: Visit) -> Int {
        let day = visit.at.day
        switch visit.purpose {
        case .wellChild(let month): return month < 24 ? 21 : 19
        case .checkup: return 36
        case .followUp:
            return 15 + persona.complaints.filter { $0.onset <= day }.reduce(0) { $0 + $1.illness.followUpCost } * 9 / 8
        case .acute: return 12
        case .injury: return 18
        case .injuryFollowUp, .therapy, .immunotherapy, .colonoscopy, .mammography: return 7
        case .attack: return 16
        case .admission: return 55
        case .prenatal: return 14
        case .delivery: return 24
        case .dialysis: return 9
        case .infusion: return 21
        case .single: return 14
        }
    }

    /// Drops the oldest visits until the record has about the weight it should have.
    private mutating func trim() {
        var sum = 8
        var keep = 0
        for visit in visits.reversed() {
            if keep > 0, sum >= persona.weight { break }
            sum += cost(visit)
            keep += 1
        }
        visits.removeFirst(visits.count - keep)
    }
}

extension ChronicIllness.Index {
    /// About how many resources a follow-up makes on its account.
    var followUpCost: Int {
        let illness = self.illness
        return illness.panels.reduce(0) { $0 + $1.measures.count + 2 } / 2 + illness.medicines.count * 2
    }
}
