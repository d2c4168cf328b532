/// One encounter that will be written.
struct Visit: Sendable {
    enum Purpose: Sendable {
        /// A well-child visit at this age in months.
        case wellChild(Int)
        /// A yearly examination of an adult.
        case checkup
        /// A look at the illnesses that stay, with their laboratory panels and medicines.
        case followUp
        /// An index into `Illness.all`.
        case acute(Int)
        /// An index into `Injury.all`: the emergency, and the visit weeks later.
        case injury(Int)
        case injuryFollowUp(Int)
        /// An asthma attack, in the emergency department.
        case attack
        case admission
        /// The week of the pregnancy.
        case prenatal(Int)
        case delivery
        case dialysis
        case infusion
        /// Exercises, or injections against an allergy.
        case therapy
        case immunotherapy
        case colonoscopy
        case mammography
        /// The one short visit of a member with almost no record.
        case single
    }

    let at: Moment
    let purpose: Purpose

    var type: Concept {
        switch purpose {
        case .wellChild: .snomed("410620009", "Well child visit (procedure)")
        case .checkup, .single: .snomed("162673000", "General examination of patient (procedure)")
        case .followUp, .injuryFollowUp: .snomed("390906007", "Follow-up encounter (procedure)")
        case .acute: .snomed("185345009", "Encounter for symptom (procedure)")
        case .injury, .attack: .snomed("50849002", "Emergency room admission (procedure)")
        case .admission: .snomed("183452005", "Emergency hospital admission (procedure)")
        case .prenatal(let week):
            week < 12
                ? .snomed("424441002", "Prenatal initial visit (regime/therapy)") : .snomed("424619006", "Prenatal visit (regime/therapy)")
        case .delivery: .snomed("183460006", "Obstetric emergency hospital admission (procedure)")
        case .dialysis, .infusion, .therapy, .immunotherapy, .colonoscopy, .mammography:
            .snomed("185347001", "Encounter for problem (procedure)")
        }
    }

    /// A code of v3-ActCode and its display.
    var encounterClass: (code: StaticString, display: StaticString) {
        switch purpose {
        case .injury, .attack: ("EMER", "emergency")
        case .admission, .delivery: ("IMP", "inpatient encounter")
        case .wellChild, .checkup, .single, .followUp, .injuryFollowUp, .acute, .prenatal, .dialysis, .infusion, .therapy, .immunotherapy,
            .colonoscopy, .mammography:
            ("AMB", "ambulatory")
        }
    }

    var isInHospital: Bool {
        switch purpose {
        case .injury, .attack, .admission, .delivery, .dialysis, .infusion, .colonoscopy, .mammography: true
        case .wellChild, .checkup, .single, .followUp, .injuryFollowUp, .acute, .prenatal, .therapy, .immunotherapy: false
        }
    }

    /// A session of a series has its procedure and no note of its own.
    var hasNote: Bool {
        switch purpose {
        case .dialysis, .therapy, .immunotherapy: false
        case .wellChild, .checkup, .followUp, .acute, .injury, .injuryFollowUp, .attack, .admission, .prenatal, .delivery, .infusion,
            .colonoscopy, .mammography, .single:
            true
        }
    }

    var minutes: Int {
        switch purpose {
        case .wellChild, .checkup, .single, .prenatal: 30
        case .followUp, .injuryFollowUp, .acute, .immunotherapy: 15
        case .injury, .attack: 135
        case .admission: 60 * 76
        case .delivery: 60 * 43
        case .dialysis, .infusion: 215
        case .therapy, .colonoscopy, .mammography: 45
        }
    }
}
