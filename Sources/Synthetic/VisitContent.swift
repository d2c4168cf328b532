/// What each kind of visit brings into the record.
extension MemberRecord {
    mutating func content() {
        switch visit.purpose {
        case .wellChild(let month): wellChild(month)
        case .checkup: checkup()
        case .single:
            vitals(temperature: false)
            smokingStatus()
        case .followUp: followUp()
        case .acute(let index): acute(Illness.all[index])
        case .injury(let index): injury(index)
        case .injuryFollowUp(let index): injuryFollowUp(index)
        case .attack: attack()
        case .admission: admission()
        case .prenatal(let week): prenatal(week)
        case .delivery: delivery()
        case .dialysis: dialysis()
        case .infusion:
            vitals(temperature: true)
            panel(.bloodCount)
            procedure(.snomed("367336001", "Chemotherapy (procedure)"))
            order(.paclitaxel, isActive: false, reason: problem(.breastCancer))
        case .therapy: procedure(.snomed("229065009", "Exercise therapy"))
        case .immunotherapy: procedure(.snomed("180256009", "Subcutaneous immunotherapy"), because: problem(.rhinitis))
        case .colonoscopy: procedure(.snomed("73761001", "Colonoscopy"))
        case .mammography: procedure(.snomed("71651007", "Mammography (procedure)"))
        }
    }

    private mutating func wellChild(_ month: Int) {
        growth(month)
        for vaccine in Vaccine.childhood where vaccine.months.contains(month) { immunization(vaccine) }
        fluShot()
        if month == 0 || month == 48 || month == 96 { procedure(.snomed("398171003", "Hearing examination (procedure)")) }
        if month == 12 || month == 24 {
            panel(.lead)
            panel(.bloodCount)
        }
        if month == 108 { panel(.lipids) }
        if month >= 144 {
            smokingStatus()
            mood()
        }
    }

    private mutating func checkup() {
        let age = persona.age(on: visit.at.day)
        vitals(temperature: false)
        smokingStatus()
        mood()
        panel(.basicMetabolic)
        if age >= 35 || chance.hit(percent: 20) { panel(.lipids) }
        if chance.hit(percent: 35) { panel(.bloodCount) }
        procedure(.snomed("430193006", "Medication reconciliation (procedure)"))
        procedure(.snomed("171207006", "Depression screening (procedure)"))
        fluShot()
        if age % 10 == 3 { immunization(.tetanus) }
        if age == 50 || age == 51 { immunization(.zoster) }
        if age == 66 { immunization(.pneumococcal) }
        if visit.at.day.civil.year == 2021 || (visit.at.day.civil.year > 2021 && chance.hit(percent: 40)) { immunization(.covid) }
    }

    private mutating func fluShot() {
        let month = visit.at.day.civil.month
        guard persona.birth.months(until: visit.at.day) >= 6, month >= 9 || month <= 2 || chance.hit(percent: 25) else { return }
        immunization(.influenza)
    }

    private mutating func followUp() {
        vitals(temperature: false)
        for problem in problems {
            let illness = problem.illness.illness
            for panel in illness.panels where chance.hit(percent: 50) { self.panel(panel) }
            for medicine in illness.medicines {
                let isActive = isLastVisitOfItsKind
                order(medicine, isActive: isActive, reason: (illness.concept, problem.serial))
            }
            switch problem.illness {
            case .asthma, .obstructiveLung:
                pulseOximetry()
                lungFunction()
                if chance.hit(percent: 30) {
                    procedure(.snomed("127783003", "Spirometry (procedure)"), because: (illness.concept, problem.serial))
                }
            case .depression: mood()
            case .osteoporosis: boneDensity()
            case .hypertension, .diabetes, .hyperlipidemia, .prediabetes, .obesity, .coronary, .kidney, .osteoarthritis, .backPain, .anemia,
                .atrialFibrillation, .hypothyroidism, .rhinitis, .renalFailure, .breastCancer:
                break
            }
        }
        procedure(.snomed("430193006", "Medication reconciliation (procedure)"))
    }

    /// True in the last visit that looks at the illnesses that stay: its orders are the ones in force.
    private var isLastVisitOfItsKind: Bool {
        guard persona.member.coverageEnd == nil else { return false }
        let at = visit.at
        return !visits.contains {
            if case .followUp = $0.purpose { return $0.at > at }
            return false
        }
    }

    private mutating func acute(_ illness: Illness) {
        log.complaint = illness.complaint
        let serial = condition(illness.concept, onset: visit.at.adding(minutes: -60 * 20), days: illness.days)
        vitals(temperature: true, short: true)
        if let procedure = illness.procedure { self.procedure(procedure, because: (illness.concept, serial)) }
        if let panel = illness.panel { self.panel(panel) }
        if let medicine = illness.medicine { order(medicine, isActive: false, reason: (illness.concept, serial)) }
    }

    private mutating func injury(_ index: Int) {
        let injury = Injury.all[index]
        log.complaint = injury.complaint
        let serial = condition(injury.concept, onset: visit.at.adding(minutes: -90), days: injury.days)
        injuryCondition[index] = serial
        vitals(temperature: false, short: true)
        if let imaging = injury.imaging { self.imaging(imaging, of: injury, condition: serial) }
        procedure(injury.procedure, because: (injury.concept, serial), site: injury.bodySite)
        if let medicine = injury.medicine { order(medicine, isActive: false, reason: (injury.concept, serial)) }
        carePlan(injury.plan, because: (injury.concept, serial), days: injury.days)
    }

    private mutating func injuryFollowUp(_ index: Int) {
        let injury = Injury.all[index]
        log.complaint = "healing well after the injury"
        vitals(temperature: false, short: true)
        guard let serial = injuryCondition[index] else { return }
        if let imaging = injury.imaging { self.imaging(imaging, of: injury, condition: serial) }
        procedure(
            .snomed("5880005", "Physical examination procedure (procedure)"), because: (injury.concept, serial), site: injury.bodySite)
    }

    private mutating func attack() {
        log.complaint = "wheezing and shortness of breath"
        vitals(temperature: true)
        pulseOximetry()
        lungFunction()
        procedure(.snomed("371908008", "Oxygen administration by mask (procedure)"), because: problem(.asthma))
        order(.albuterolSolution, isActive: false, reason: problem(.asthma))
    }

    private mutating func admission() {
        log.complaint = "chest pain and shortness of breath"
        let concept = MemberRecord.chestPain
        let serial = condition(concept, onset: visit.at.adding(minutes: -240), days: 5)
        vitals(temperature: true)
        pulseOximetry()
        panel(.comprehensiveMetabolic)
        panel(.bloodCount)
        panel(.urinalysis)
        procedure(.snomed("399208008", "Plain chest X-ray (procedure)"), because: (concept, serial))
        procedure(.snomed("29303009", "Electrocardiographic procedure (procedure)"), because: (concept, serial))
        if persona.age(on: visit.at.day) > 55, !hasDevice, persona.weight > 900 {
            hasDevice = true
            procedure(.snomed("307280005", "Implantation of cardiac pacemaker (procedure)"), because: (concept, serial))
            device()
        }
        order(.enoxaparin, isActive: false, reason: (concept, serial))
        order(.furosemide, isActive: false, reason: (concept, serial))
    }

    private mutating func prenatal(_ week: Int) {
        log.complaint = "pregnant, feeling well"
        if pregnancy == nil {
            let concept = MemberRecord.pregnancyConcept
            let serial = condition(concept, onset: visit.at, days: max(280 - week * 7, 1))
            pregnancy = (serial, concept)
            carePlan(.antenatal, because: (concept, serial), days: max(280 - week * 7, 1))
            order(.ferrousSulfate, isActive: false, reason: (concept, serial))
            panel(.bloodCount)
            panel(.urinalysis)
        }
        let cause = pregnancy.map { (concept: $0.concept, serial: $0.serial) }
        vitals(temperature: false, short: true)
        procedure(.snomed("225158009", "Auscultation of the fetal heart (procedure)"), because: cause)
        procedure(.snomed("274804006", "Evaluation of uterine fundal height (procedure)"), because: cause)
        if week == 20 { procedure(.snomed("271442007", "Fetal anatomy study (procedure)"), because: cause) }
    }

    private mutating func delivery() {
        log.complaint = "labor"
        vitals(temperature: true)
        panel(.bloodCount)
        procedure(.snomed("66348005", "Childbirth (procedure)"), because: pregnancy.map { (concept: $0.concept, serial: $0.serial) })
    }

    private mutating func dialysis() {
        vitals(temperature: false, short: true)
        procedure(.snomed("302497006", "Hemodialysis (procedure)"), because: problem(.renalFailure))
        if chance.hit(percent: 8) {
            panel(.comprehensiveMetabolic)
            order(.epoetin, isActive: false, reason: problem(.renalFailure))
        }
    }

    func problem(_ illness: ChronicIllness.Index) -> (concept: Concept, serial: Int)? {
        problems.first { $0.illness == illness }.map { (illness.illness.concept, $0.serial) }
    }
}
