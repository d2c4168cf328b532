/// An illness that passes within weeks.
struct Illness: Sendable {
    let concept: Concept
    let complaint: StaticString
    /// How long it lasts, in days.
    let days: Int
    let medicine: Medicine.Index?
    let procedure: Concept?
    let panel: Panel?
    let ages: ClosedRange<Int>
    let since: Int

    init(
        _ code: StaticString, _ display: StaticString, _ complaint: StaticString, days: Int, _ medicine: Medicine.Index? = nil,
        procedure: Concept? = nil, panel: Panel? = nil, ages: ClosedRange<Int> = 0...120, since: Int = 0
    ) {
        concept = .snomed(code, display)
        self.complaint = complaint
        self.days = days
        self.medicine = medicine
        self.procedure = procedure
        self.panel = panel
        self.ages = ages
        self.since = since
    }

    static let all = [
        Illness("444814009", "Viral sinusitis (disorder)", "stuffy nose and headache", days: 14),
        Illness("195662009", "Acute viral pharyngitis (disorder)", "sore throat", days: 10, .acetaminophen, ages: 12...120),
        Illness(
            "10509002", "Acute bronchitis (disorder)", "cough with sputum", days: 14, .acetaminophen,
            procedure: .snomed("23426006", "Measurement of respiratory function (procedure)"), ages: 5...120),
        Illness("65363002", "Otitis media", "ear ache and fever", days: 14, .amoxicillin, ages: 0...10),
        Illness(
            "43878008", "Streptococcal sore throat (disorder)", "sore throat and fever", days: 10, .penicillin,
            procedure: .snomed("117015009", "Throat culture (procedure)"), ages: 3...40),
        Illness(
            "75498004", "Acute bacterial sinusitis (disorder)", "facial pain and fever", days: 21, .amoxicillinClavulanate, ages: 8...120),
        Illness(
            "307426000", "Acute infective cystitis (disorder)", "burning when passing water", days: 7, .nitrofurantoin, panel: .urinalysis,
            ages: 6...120),
        Illness("40275004", "Contact dermatitis", "itching rash", days: 21, .hydrocortisone),
        Illness("6142004", "Influenza (disorder)", "fever, aching and cough", days: 9, .childAcetaminophen, ages: 2...120),
        Illness(
            "840539006", "COVID-19", "fever, cough and loss of taste", days: 16,
            procedure: .snomed("261352009", "Face mask (physical object)"),
            ages: 5...120, since: 2020),
        Illness(
            "233604007", "Pneumonia (disorder)", "fever and shortness of breath", days: 24, .amoxicillinClavulanate,
            procedure: .snomed("399208008", "Plain chest X-ray (procedure)"), panel: .bloodCount, ages: 1...120),
        Illness("25374005", "Gastroenteritis (disorder)", "vomiting and diarrhea", days: 5),
        Illness("9826008", "Conjunctivitis (disorder)", "red and sticky eyes", days: 7, ages: 0...30),
        Illness("36971009", "Sinusitis (disorder)", "stuffy nose", days: 16, .amoxicillin, ages: 6...120),
    ]

    static let otitis = 3
    static let strep = 4
    static let gastroenteritis = 11
    static let influenza = 8
    static let dermatitis = 7
}

/// An injury, treated in an emergency department.
struct Injury: Sendable {
    let concept: Concept
    let complaint: StaticString
    let days: Int
    let medicine: Medicine.Index?
    let procedure: Concept
    let imaging: Concept?
    let bodySite: Concept
    let plan: CarePlanShape

    static let all = [
        Injury(
            concept: .snomed("65966004", "Fracture of forearm"), complaint: "pain and swelling of the forearm after a fall", days: 90,
            medicine: .childIbuprofen, procedure: .snomed("274474001", "Bone immobilization"),
            imaging: .snomed("1225002", "Upper arm X-ray"), bodySite: .snomed("14975008", "Forearm structure (body structure)"),
            plan: .fracture),
        Injury(
            concept: .snomed("44465007", "Sprain of ankle"), complaint: "twisted ankle", days: 28, medicine: .acetaminophen,
            procedure: .snomed("229070002", "Stretching exercises (regime/therapy)"), imaging: .snomed("19490002", "Ankle X-ray"),
            bodySite: .snomed("344001", "Ankle region structure (body structure)"), plan: .sprain),
        Injury(
            concept: .snomed("284549007", "Laceration of hand"), complaint: "cut in the hand", days: 21, medicine: .acetaminophen,
            procedure: .snomed("288086009", "Suture open wound"), imaging: nil,
            bodySite: .snomed("85562004", "Hand structure (body structure)"), plan: .wound),
        Injury(
            concept: .snomed("62106007", "Concussion with no loss of consciousness"), complaint: "headache after a blow to the head",
            days: 30,
            medicine: .acetaminophen, procedure: .snomed("162676008", "Brief general examination (procedure)"), imaging: nil,
            bodySite: .snomed("69536005", "Head structure (body structure)"), plan: .head),
        Injury(
            concept: .snomed("58150001", "Fracture of clavicle"), complaint: "pain in the shoulder after a fall", days: 60,
            medicine: .ibuprofen, procedure: .snomed("305428000", "Admission to orthopedic department"),
            imaging: .snomed("168594001", "Clavicle X-ray"), bodySite: .snomed("51299004", "Bone structure of clavicle (body structure)"),
            plan: .fracture),
        Injury(
            concept: .snomed("70704007", "Sprain of wrist"), complaint: "sprained wrist", days: 21, medicine: .ibuprofen,
            procedure: .snomed("229070002", "Stretching exercises (regime/therapy)"), imaging: nil,
            bodySite: .snomed("8205005", "Wrist region structure (body structure)"), plan: .sprain),
    ]

    static let brokenForearm = 0
}

/// What a care plan of one kind says.
struct CarePlanShape: Sendable {
    let category: Concept
    let activities: [Concept]
    let goal: StaticString

    static let asthma = CarePlanShape(
        category: .snomed("699728000", "Asthma self management"),
        activities: [
            .snomed("58332002", "Allergy education"),
            .snomed("371605008", "Deep breathing and coughing exercises"),
        ],
        goal: "No visit to an emergency department for asthma in twelve months")
    static let diabetes = CarePlanShape(
        category: .snomed("698360004", "Diabetes self management plan"),
        activities: [.snomed("160670007", "Diabetic diet"), .snomed("229065009", "Exercise therapy")],
        goal: "Hemoglobin A1c below 7.0 %")
    static let hypertension = CarePlanShape(
        category: .snomed("443402002", "Lifestyle education regarding hypertension"),
        activities: [
            .snomed("386463000", "Prescribed activity/exercise education"), .snomed("413473000", "Counseling about alcohol consumption"),
            .snomed("1151000175103", "Dietary approaches to stop hypertension diet"),
        ],
        goal: "Blood pressure below 140/90 mmHg")
    static let lipids = CarePlanShape(
        category: .snomed("736285004", "Hyperlipidemia clinical management plan"),
        activities: [.snomed("183301007", "Physical exercises"), .snomed("229065009", "Exercise therapy")],
        goal: "LDL cholesterol below 100 mg/dL")
    static let respiratory = CarePlanShape(
        category: .snomed("412776001", "Chronic obstructive pulmonary disease clinical management plan"),
        activities: [.snomed("15081005", "Pulmonary rehabilitation (regime/therapy)"), .snomed("229065009", "Exercise therapy")],
        goal: "Oxygen saturation of 92 % or more at rest")
    static let fracture = CarePlanShape(
        category: .snomed("385691007", "Fracture care"),
        activities: [.snomed("183051005", "Recommendation to rest"), .snomed("408580007", "Physical activity target light exercise")],
        goal: "Full use of the limb")
    static let sprain = CarePlanShape(
        category: .snomed("91251008", "Physical therapy procedure"),
        activities: [.snomed("229586001", "Rest, ice, compression and elevation treatment programme")],
        goal: "Walking and lifting without pain")
    static let wound = CarePlanShape(
        category: .snomed("225358003", "Wound care"),
        activities: [.snomed("385949008", "Dressing change management")],
        goal: "Wound closed without infection")
    static let head = CarePlanShape(
        category: .snomed("47387005", "Head injury rehabilitation"),
        activities: [.snomed("183051005", "Recommendation to rest")],
        goal: "No headache for two weeks")
    static let allergy = CarePlanShape(
        category: .snomed("384758001", "Self-care interventions (procedure)"),
        activities: [.snomed("409002", "Food allergy diet"), .snomed("58332002", "Allergy education")],
        goal: "No severe allergic reaction")
    static let antenatal = CarePlanShape(
        category: .snomed("134435003", "Routine antenatal care"),
        activities: [.snomed("135892000", "Antenatal education")],
        goal: "Healthy mother and child")
    static let mood = CarePlanShape(
        category: .snomed("737434004", "Major depressive disorder clinical management plan"),
        activities: [.snomed("228557008", "Cognitive and behavioral therapy (regime/therapy)")],
        goal: "PHQ-2 score below 3")
    static let renal = CarePlanShape(
        category: .snomed("736690008", "Dialysis care plan (record artifact)"),
        activities: [.snomed("302497006", "Hemodialysis (procedure)")],
        goal: "Dialysis three times a week without interruption")
}
