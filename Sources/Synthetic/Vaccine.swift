/// A dose of the childhood schedule, or a vaccine of later life.
struct Vaccine: Sendable {
    let concept: Concept
    /// The ages, in months, at which the schedule gives it.
    let months: [Int]

    init(_ code: StaticString, _ display: StaticString, months: [Int] = []) {
        concept = .cvx(code, display)
        self.months = months
    }

    static let influenza = Vaccine("140", "Influenza, seasonal, injectable, preservative free")
    static let tetanus = Vaccine("113", "Td (adult) preservative free")
    static let zoster = Vaccine("187", "zoster recombinant")
    static let pneumococcal = Vaccine("33", "pneumococcal polysaccharide vaccine, 23 valent")
    static let covid = Vaccine("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose")

    static let childhood = [
        Vaccine("08", "Hep B, adolescent or pediatric", months: [0, 1, 6]),
        Vaccine("119", "rotavirus, monovalent", months: [2, 4]),
        Vaccine("20", "DTaP", months: [2, 4, 6, 15, 48]),
        Vaccine("49", "Hib (PRP-OMP)", months: [2, 4, 12]),
        Vaccine("133", "Pneumococcal conjugate PCV 13", months: [2, 4, 6, 12]),
        Vaccine("10", "IPV", months: [2, 4, 6, 48]),
        Vaccine("03", "MMR", months: [12, 48]),
        Vaccine("21", "varicella", months: [12, 48]),
        Vaccine("83", "Hep A, ped/adol, 2 dose", months: [12, 18]),
        Vaccine("115", "Tdap", months: [132]),
        Vaccine("114", "meningococcal MCV4P", months: [132, 192]),
        Vaccine("165", "HPV9", months: [132, 144]),
    ]
}
