/// A medicine as it is ordered and handed out.
struct Medicine: Sendable {
    let code: Concept
    let directions: StaticString
    let timesADay: Int
    let days: Int
    /// Ordered by reference to the plan's shared Medication instead of by code.
    let byReference: Bool

    init(_ code: StaticString, _ display: StaticString, _ directions: StaticString, timesADay: Int, days: Int, byReference: Bool = false) {
        self.code = .rxnorm(code, display)
        self.directions = directions
        self.timesADay = timesADay
        self.days = days
        self.byReference = byReference
    }

    /// A place in `all`.
    enum Index: Int, Sendable, CaseIterable {
        case lisinopril, hydrochlorothiazide, amlodipine, simvastatin, metformin, insulin, albuterol, fluticasone, salmeterol, clopidogrel
        case nitroglycerin, naproxen, acetaminophen, ibuprofen, ferrousSulfate, fluoxetine, warfarin, digoxin, alendronate, levothyroxine
        case loratadine, amoxicillin, penicillin, amoxicillinClavulanate, nitrofurantoin, hydrocortisone, epinephrine, childAcetaminophen
        case childIbuprofen, paclitaxel, furosemide, enoxaparin, epoetin, albuterolSolution
    }

    static let all: [Medicine] = [
        Medicine("314076", "lisinopril 10 MG Oral Tablet", "Take one tablet by mouth once a day.", timesADay: 1, days: 90),
        Medicine("310798", "Hydrochlorothiazide 25 MG Oral Tablet", "Take one tablet by mouth every morning.", timesADay: 1, days: 90),
        Medicine(
            "308136", "amLODIPine 2.5 MG Oral Tablet", "Take one tablet by mouth once a day.", timesADay: 1, days: 90, byReference: true),
        Medicine("314231", "Simvastatin 10 MG Oral Tablet", "Take one tablet by mouth in the evening.", timesADay: 1, days: 90),
        Medicine(
            "860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet",
            "Take one tablet by mouth with the evening meal.",
            timesADay: 1, days: 90),
        Medicine(
            "106892", "insulin human, isophane 70 UNT/ML / Regular Insulin, Human 30 UNT/ML Injectable Suspension [Humulin]",
            "Inject under the skin twice a day before meals, as instructed.", timesADay: 2, days: 30, byReference: true),
        Medicine(
            "2123111", "NDA020503 200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler", "Two puffs every four hours when needed.",
            timesADay: 2, days: 30),
        Medicine(
            "895994", "120 ACTUAT Fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler", "Two puffs twice a day; rinse the mouth.",
            timesADay: 2, days: 30),
        Medicine(
            "896209", "60 ACTUAT Fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler",
            "One breath in twice a day.", timesADay: 2, days: 30),
        Medicine("309362", "Clopidogrel 75 MG Oral Tablet", "Take one tablet by mouth once a day.", timesADay: 1, days: 90),
        Medicine(
            "705129", "Nitroglycerin 0.4 MG/ACTUAT Mucosal Spray", "One spray under the tongue when the chest hurts.", timesADay: 1,
            days: 30),
        Medicine("849574", "Naproxen sodium 220 MG Oral Tablet", "Take one tablet by mouth twice a day with food.", timesADay: 2, days: 30),
        Medicine(
            "313782", "Acetaminophen 325 MG Oral Tablet", "Take two tablets by mouth every six hours when needed.", timesADay: 4, days: 14),
        Medicine(
            "310965", "Ibuprofen 200 MG Oral Tablet", "Take two tablets by mouth every eight hours with food.", timesADay: 3, days: 14),
        Medicine("310325", "ferrous sulfate 325 MG Oral Tablet", "Take one tablet by mouth once a day.", timesADay: 1, days: 60),
        Medicine("310385", "FLUoxetine 20 MG Oral Capsule", "Take one capsule by mouth every morning.", timesADay: 1, days: 60),
        Medicine("855332", "Warfarin Sodium 5 MG Oral Tablet", "Take one tablet by mouth in the evening.", timesADay: 1, days: 30),
        Medicine("197604", "Digoxin 0.125 MG Oral Tablet", "Take one tablet by mouth once a day.", timesADay: 1, days: 90),
        Medicine(
            "904419", "Alendronic acid 10 MG Oral Tablet", "Take one tablet with a full glass of water, sitting.", timesADay: 1, days: 90),
        Medicine("966222", "Levothyroxine Sodium 0.075 MG Oral Tablet", "Take one tablet on an empty stomach.", timesADay: 1, days: 90),
        Medicine("665078", "Loratadine 5 MG Chewable Tablet", "Chew one tablet once a day in the pollen season.", timesADay: 1, days: 30),
        Medicine("308182", "Amoxicillin 250 MG Oral Capsule", "Take one capsule by mouth three times a day.", timesADay: 3, days: 10),
        Medicine("834061", "Penicillin V Potassium 250 MG Oral Tablet", "Take one tablet by mouth twice a day.", timesADay: 2, days: 10),
        Medicine(
            "562251", "Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet", "Take one tablet by mouth three times a day.", timesADay: 3,
            days: 10),
        Medicine(
            "311989", "Nitrofurantoin 5 MG/ML Oral Suspension", "Take two teaspoons by mouth four times a day.", timesADay: 4, days: 7,
            byReference: true),
        Medicine("106258", "Hydrocortisone 10 MG/ML Topical Cream", "Put a thin layer on the skin twice a day.", timesADay: 2, days: 14),
        Medicine(
            "1870230", "NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector", "Inject into the thigh in a severe reaction; call 911.",
            timesADay: 1, days: 2, byReference: true),
        Medicine("313820", "Acetaminophen 160 MG Chewable Tablet", "Chew one tablet every six hours when needed.", timesADay: 4, days: 5),
        Medicine("198405", "Ibuprofen 100 MG Oral Tablet", "Take one tablet every eight hours with food.", timesADay: 3, days: 7),
        Medicine("583214", "PACLitaxel 100 MG Injection", "Given by infusion in the clinic.", timesADay: 1, days: 1, byReference: true),
        Medicine(
            "1719286", "10 ML Furosemide 10 MG/ML Injection", "Given into a vein in hospital.", timesADay: 1, days: 3, byReference: true),
        Medicine(
            "854235", "0.4 ML Enoxaparin sodium 100 MG/ML Prefilled Syringe", "Inject under the skin once a day.", timesADay: 1, days: 7,
            byReference: true),
        Medicine(
            "205923", "1 ML Epoetin Alfa 4000 UNT/ML Injection [Epogen]", "Given at the dialysis session.", timesADay: 1, days: 1,
            byReference: true),
        Medicine(
            "245314", "Albuterol 5 MG/ML Inhalation Solution", "By nebulizer in the clinic.", timesADay: 1, days: 1, byReference: true),
    ]
}

extension Medicine.Index {
    var medicine: Medicine { Medicine.all[rawValue] }
}
