/// What a member may be allergic to.
struct Allergy: Sendable {
    let concept: Concept
    let category: StaticString
    let reaction: Concept
    let severity: StaticString

    static let hives = Concept.snomed("247472004", "Wheal (finding)")
    static let sneezing = Concept.snomed("76067001", "Sneezing (finding)")
    static let anaphylaxis = Concept.snomed("39579001", "Anaphylaxis (disorder)")

    static let all = [
        Allergy(concept: .snomed("91935009", "Allergy to peanuts"), category: "food", reaction: anaphylaxis, severity: "severe"),
        Allergy(concept: .snomed("418689008", "Allergy to grass pollen"), category: "environment", reaction: sneezing, severity: "mild"),
        Allergy(concept: .snomed("91936005", "Allergy to penicillin"), category: "medication", reaction: hives, severity: "moderate"),
        Allergy(concept: .snomed("232350006", "House dust mite allergy"), category: "environment", reaction: sneezing, severity: "mild"),
        Allergy(concept: .snomed("419474003", "Allergy to mould"), category: "environment", reaction: sneezing, severity: "mild"),
        Allergy(concept: .snomed("300916003", "Latex allergy"), category: "environment", reaction: hives, severity: "moderate"),
        Allergy(concept: .snomed("300913006", "Shellfish allergy"), category: "food", reaction: hives, severity: "moderate"),
        Allergy(concept: .snomed("232347008", "Dander (animal) allergy"), category: "environment", reaction: sneezing, severity: "mild"),
        Allergy(concept: .snomed("91930004", "Allergy to eggs"), category: "food", reaction: hives, severity: "moderate"),
        Allergy(concept: .snomed("424213003", "Allergy to bee venom"), category: "environment", reaction: hives, severity: "moderate"),
    ]
}
