/// Something measured, with the range its values lie in.
struct Measure: Sendable {
    /// What pushes a value out of its range.
    enum Marker: Sendable {
        case none, glucose, glycatedHemoglobin, cholesterol, triglycerides, protective, creatinine, filtration, hemoglobin, inflammation
        case thyroid, albuminInUrine
    }

    let code: Concept
    let unit: StaticString
    let ucum: StaticString
    let places: Int
    /// The normal range, scaled by `places`.
    let low: Int
    let high: Int
    let marker: Marker

    init(
        _ code: StaticString, _ display: StaticString, _ unit: StaticString, places: Int, _ low: Int, _ high: Int, _ marker: Marker = .none
    ) {
        self.code = .loinc(code, display)
        self.unit = unit
        self.ucum = unit
        self.places = places
        self.low = low
        self.high = high
        self.marker = marker
    }
}

/// Tests that a laboratory reports together.
struct Panel: Sendable {
    let code: Concept
    let measures: [Measure]
    let specimen: Sample

    /// What is taken from the patient.
    enum Sample: Sendable {
        case blood, serum, urine

        var concept: Concept {
            switch self {
            case .blood: .snomed("119297000", "Blood specimen (specimen)")
            case .serum: .snomed("119364003", "Serum specimen (specimen)")
            case .urine: .snomed("122575003", "Urine specimen (specimen)")
            }
        }
    }

    static let basicMetabolic = Panel(
        code: .loinc("51990-0", "Basic metabolic panel - Blood"),
        measures: [
            Measure("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", places: 2, 7000, 9900, .glucose),
            Measure("6299-2", "Urea nitrogen [Mass/volume] in Blood", "mg/dL", places: 1, 70, 200),
            Measure("38483-4", "Creatinine [Mass/volume] in Blood", "mg/dL", places: 2, 60, 120, .creatinine),
            Measure("49765-1", "Calcium [Mass/volume] in Blood", "mg/dL", places: 2, 850, 1020),
            Measure("2947-0", "Sodium [Moles/volume] in Blood", "mmol/L", places: 1, 1360, 1440),
            Measure("6298-4", "Potassium [Moles/volume] in Blood", "mmol/L", places: 2, 350, 510),
            Measure("2069-3", "Chloride [Moles/volume] in Blood", "mmol/L", places: 1, 1000, 1070),
            Measure("20565-8", "Carbon dioxide, total [Moles/volume] in Blood", "mmol/L", places: 1, 220, 290),
        ],
        specimen: .serum
    )

    static let comprehensiveMetabolic = Panel(
        code: .loinc("24323-8", "Comprehensive metabolic 2000 panel - Serum or Plasma"),
        measures: [
            Measure("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", places: 2, 7000, 9900, .glucose),
            Measure("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", "mg/dL", places: 1, 70, 200),
            Measure("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", places: 2, 60, 120, .creatinine),
            Measure("33914-3", "Glomerular filtration rate/1.73 sq M.predicted", "mL/min/{1.73_m2}", places: 1, 900, 1200, .filtration),
            Measure("17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", places: 2, 850, 1020),
            Measure("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", places: 1, 1360, 1440),
            Measure("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", places: 2, 350, 510),
            Measure("2075-0", "Chloride [Moles/volume] in Serum or Plasma", "mmol/L", places: 1, 1000, 1070),
            Measure("2028-9", "Carbon dioxide, total [Moles/volume] in Serum or Plasma", "mmol/L", places: 1, 220, 290),
            Measure("2885-2", "Protein [Mass/volume] in Serum or Plasma", "g/dL", places: 1, 60, 80),
            Measure("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", places: 1, 35, 52),
            Measure("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", places: 2, 20, 110),
            Measure("6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "U/L", places: 1, 400, 1200),
            Measure("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", places: 1, 70, 450),
            Measure("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", places: 1, 80, 400),
        ],
        specimen: .serum
    )

    static let lipids = Panel(
        code: .loinc("57698-3", "Lipid panel with direct LDL - Serum or Plasma"),
        measures: [
            Measure("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", places: 1, 1400, 1990, .cholesterol),
            Measure("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", places: 1, 700, 1490, .triglycerides),
            Measure(
                "18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay", "mg/dL", places: 1, 600, 1290,
                .cholesterol),
            Measure("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", places: 1, 400, 700, .protective),
        ],
        specimen: .serum
    )

    static let bloodCount = Panel(
        code: .loinc("58410-2", "CBC panel - Blood by Automated count"),
        measures: [
            Measure("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", places: 2, 450, 1100, .inflammation),
            Measure("789-8", "Erythrocytes [#/volume] in Blood by Automated count", "10*6/uL", places: 2, 390, 570, .hemoglobin),
            Measure("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", places: 1, 120, 172, .hemoglobin),
            Measure("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "%", places: 1, 360, 500, .hemoglobin),
            Measure("787-2", "MCV [Entitic volume] by Automated count", "fL", places: 1, 800, 960),
            Measure("785-6", "MCH [Entitic mass] by Automated count", "pg", places: 1, 270, 330),
            Measure("786-4", "MCHC [Mass/volume] by Automated count", "g/dL", places: 1, 330, 360),
            Measure("21000-5", "Erythrocyte distribution width [Entitic volume] by Automated count", "fL", places: 1, 390, 460),
            Measure("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", places: 0, 150, 400),
            Measure("32207-3", "Platelet distribution width [Entitic volume] in Blood by Automated count", "fL", places: 1, 100, 170),
            Measure("32623-1", "Platelet mean volume [Entitic volume] in Blood by Automated count", "fL", places: 1, 90, 120),
        ],
        specimen: .blood
    )

    static let glycatedHemoglobin = Panel(
        code: .loinc("55399-0", "Diabetes tracking panel"),
        measures: [
            Measure("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", places: 1, 48, 56, .glycatedHemoglobin),
            Measure("14959-1", "Microalbumin/Creatinine [Mass Ratio] in Urine", "mg/g", places: 1, 20, 290, .albuminInUrine),
        ],
        specimen: .blood
    )

    static let lead = Panel(
        code: .loinc("5671-3", "Lead [Mass/volume] in Blood"),
        measures: [Measure("5671-3", "Lead [Mass/volume] in Blood", "ug/dL", places: 2, 50, 340)],
        specimen: .blood
    )

    static let thyroid = Panel(
        code: .loinc("24348-5", "Free T4 and TSH panel - Serum or Plasma"),
        measures: [
            Measure("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", places: 2, 50, 450, .thyroid),
            Measure("3024-7", "Thyroxine (T4) free [Mass/volume] in Serum or Plasma", "ng/dL", places: 2, 80, 180),
        ],
        specimen: .serum
    )

    static let iron = Panel(
        code: .loinc("75689-0", "Iron panel - Serum or Plasma"),
        measures: [
            Measure("2498-4", "Iron [Mass/volume] in Serum or Plasma", "ug/dL", places: 1, 600, 1700, .hemoglobin),
            Measure("2500-7", "Iron binding capacity [Mass/volume] in Serum or Plasma", "ug/dL", places: 1, 2400, 4500),
            Measure("2502-3", "Iron saturation [Mass Fraction] in Serum or Plasma", "%", places: 1, 200, 500, .hemoglobin),
            Measure("2276-4", "Ferritin [Mass/volume] in Serum or Plasma", "ug/L", places: 1, 200, 2500, .hemoglobin),
        ],
        specimen: .serum
    )

    static let urinalysis = Panel(
        code: .loinc("24357-6", "Urinalysis macro (dipstick) panel - Urine"),
        measures: [
            Measure("5811-5", "Specific gravity of Urine by Test strip", "{nominal}", places: 3, 1005, 1030),
            Measure("5803-2", "pH of Urine by Test strip", "[pH]", places: 1, 50, 75),
            Measure("5792-7", "Glucose [Mass/volume] in Urine by Test strip", "mg/dL", places: 2, 50, 170),
            Measure("5797-6", "Ketones [Mass/volume] in Urine by Test strip", "mg/dL", places: 2, 100, 500),
            Measure("5804-0", "Protein [Mass/volume] in Urine by Test strip", "mg/dL", places: 1, 10, 140),
        ],
        specimen: .urine
    )

    /// Allergen-specific antibodies in serum.
    static let allergens = Panel(
        code: .loinc("11502-2", "Laboratory report"),
        measures: [
            Measure("6206-7", "Peanut IgE Ab [Units/volume] in Serum", "kU/L", places: 2, 5, 34, .inflammation),
            Measure("6095-4", "American house dust mite IgE Ab [Units/volume] in Serum", "kU/L", places: 2, 5, 34, .inflammation),
            Measure("6833-8", "Cat dander IgE Ab [Units/volume] in Serum", "kU/L", places: 2, 5, 34, .inflammation),
            Measure("6276-0", "Wheat IgE Ab [Units/volume] in Serum", "kU/L", places: 2, 5, 34),
            Measure("6106-9", "Egg white IgE Ab [Units/volume] in Serum", "kU/L", places: 2, 5, 34),
            Measure("7258-7", "Cow milk IgE Ab [Units/volume] in Serum", "kU/L", places: 2, 5, 34),
        ],
        specimen: .serum
    )
}
