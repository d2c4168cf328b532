/// An illness that stays.
struct ChronicIllness: Sendable {
    let concept: Concept
    let medicines: [Medicine.Index]
    let panels: [Panel]
    let plan: CarePlanShape?
    /// The earliest age, and how many in a hundred have it at that age and at 80.
    let minimumAge: Int
    let prevalence: (first: Int, last: Int)

    enum Index: Int, Sendable, CaseIterable {
        case hypertension, diabetes, hyperlipidemia, prediabetes, obesity, asthma, obstructiveLung, coronary, kidney, osteoarthritis,
            backPain
        case anemia, depression, atrialFibrillation, osteoporosis, hypothyroidism, rhinitis, renalFailure, breastCancer
    }

    static let all: [ChronicIllness] = [
        ChronicIllness(
            concept: .snomed("59621000", "Essential hypertension (disorder)"), medicines: [.lisinopril, .hydrochlorothiazide, .amlodipine],
            panels: [.basicMetabolic], plan: .hypertension, minimumAge: 30, prevalence: (12, 62)),
        ChronicIllness(
            concept: .snomed("44054006", "Diabetes mellitus type 2 (disorder)"), medicines: [.metformin, .insulin],
            panels: [.glycatedHemoglobin, .comprehensiveMetabolic], plan: .diabetes, minimumAge: 35, prevalence: (4, 24)),
        ChronicIllness(
            concept: .snomed("55822004", "Hyperlipidemia (disorder)"), medicines: [.simvastatin], panels: [.lipids], plan: .lipids,
            minimumAge: 35, prevalence: (10, 48)),
        ChronicIllness(
            concept: .snomed("15777000", "Prediabetes (finding)"), medicines: [], panels: [.glycatedHemoglobin], plan: nil, minimumAge: 25,
            prevalence: (14, 40)),
        ChronicIllness(
            concept: .snomed("162864005", "Body mass index 30+ - obesity (finding)"), medicines: [], panels: [], plan: nil, minimumAge: 16,
            prevalence: (16, 38)),
        ChronicIllness(
            concept: .snomed("195967001", "Asthma (disorder)"), medicines: [.albuterol, .fluticasone], panels: [], plan: .asthma,
            minimumAge: 2, prevalence: (9, 7)),
        ChronicIllness(
            concept: .snomed("185086009", "Chronic obstructive bronchitis (disorder)"), medicines: [.salmeterol, .albuterol],
            panels: [.bloodCount], plan: .respiratory, minimumAge: 45, prevalence: (2, 13)),
        ChronicIllness(
            concept: .snomed("53741008", "Coronary arteriosclerosis (disorder)"), medicines: [.clopidogrel, .nitroglycerin, .simvastatin],
            panels: [.lipids, .basicMetabolic], plan: nil, minimumAge: 45, prevalence: (2, 20)),
        ChronicIllness(
            concept: .snomed("433144002", "Chronic kidney disease stage 3 (disorder)"), medicines: [.lisinopril],
            panels: [.comprehensiveMetabolic, .bloodCount], plan: nil, minimumAge: 50, prevalence: (3, 22)),
        ChronicIllness(
            concept: .snomed("239873007", "Osteoarthritis of knee (disorder)"), medicines: [.naproxen], panels: [], plan: nil,
            minimumAge: 45,
            prevalence: (6, 34)),
        ChronicIllness(
            concept: .snomed("278860009", "Chronic low back pain (finding)"), medicines: [.ibuprofen], panels: [], plan: nil,
            minimumAge: 22,
            prevalence: (10, 24)),
        ChronicIllness(
            concept: .snomed("271737000", "Anemia (disorder)"), medicines: [.ferrousSulfate], panels: [.bloodCount, .iron], plan: nil,
            minimumAge: 12, prevalence: (5, 14)),
        ChronicIllness(
            concept: .snomed("370143000", "Major depressive disorder (disorder)"), medicines: [.fluoxetine], panels: [], plan: .mood,
            minimumAge: 14, prevalence: (9, 10)),
        ChronicIllness(
            concept: .snomed("49436004", "Atrial fibrillation (disorder)"), medicines: [.warfarin, .digoxin], panels: [.basicMetabolic],
            plan: nil, minimumAge: 55, prevalence: (2, 16)),
        ChronicIllness(
            concept: .snomed("64859006", "Osteoporosis (disorder)"), medicines: [.alendronate], panels: [], plan: nil, minimumAge: 60,
            prevalence: (8, 28)),
        ChronicIllness(
            concept: .snomed("83664006", "Idiopathic atrophic hypothyroidism"), medicines: [.levothyroxine], panels: [.thyroid], plan: nil,
            minimumAge: 25, prevalence: (3, 13)),
        ChronicIllness(
            concept: .snomed("367498001", "Seasonal allergic rhinitis (disorder)"), medicines: [.loratadine], panels: [.allergens],
            plan: .allergy, minimumAge: 4, prevalence: (14, 10)),
        ChronicIllness(
            concept: .snomed("46177005", "End-stage renal disease (disorder)"), medicines: [.epoetin],
            panels: [.comprehensiveMetabolic, .bloodCount, .iron], plan: .renal, minimumAge: 45, prevalence: (0, 0)),
        ChronicIllness(
            concept: .snomed("254837009", "Malignant neoplasm of breast (disorder)"), medicines: [.paclitaxel], panels: [.bloodCount],
            plan: nil, minimumAge: 40, prevalence: (0, 0)),
    ]
}

extension ChronicIllness.Index {
    var illness: ChronicIllness { ChronicIllness.all[rawValue] }

    /// How many in a hundred people of this age have it.
    func percent(at age: Int) -> Int {
        let illness = self.illness
        guard age >= illness.minimumAge else { return 0 }
        let span = max(80 - illness.minimumAge, 1)
        return illness.prevalence.first + (illness.prevalence.last - illness.prevalence.first) * min(age - illness.minimumAge, span) / span
    }
}
