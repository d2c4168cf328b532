/// What is fixed about the five test members, whatever the seed.
struct TestMember: Sendable {
    let memberID, firstName, lastName: String
    let birth: CalendarDay
    let isWoman: Bool
    let place: Place
    let email: String
    let coverageStart: CalendarDay
    let coverageEnd: CalendarDay?
    let shape: Persona.Shape
    let weight: Int
    let complaints: [Persona.Complaint]
    let allergies: [Int]
    let isHispanic: Bool
    let language: Persona.Language
    let summary: String

    static func at(_ index: Int, today: CalendarDay) -> TestMember? {
        func day(_ year: Int, _ month: Int, _ day: Int) -> CalendarDay { CalendarDay(year: year, month: month, day: day) }
        func complaint(_ illness: ChronicIllness.Index, _ onset: CalendarDay) -> Persona.Complaint {
            Persona.Complaint(illness: illness, onset: onset)
        }
        switch index {
        case 0:
            return TestMember(
                memberID: "01-testmemid", firstName: "Mayte822", lastName: "Venegas795", birth: day(2011, 1, 4), isWoman: true,
                place: Place.all[0], email: "mayte822.venegas795@example.com", coverageStart: day(2011, 1, 4), coverageEnd: nil,
                shape: .childhood, weight: 4000,
                complaints: [complaint(.asthma, day(2014, 9, 16)), complaint(.rhinitis, day(2016, 4, 20))], allergies: [0, 1],
                isHispanic: true, language: .spanish,
                summary: "childhood record from birth: asthma, immunizations, a broken forearm")
        case 1:
            return TestMember(
                memberID: "02-testmemid", firstName: "Osric404", lastName: "Quickfall118", birth: day(1961, 3, 17), isWoman: false,
                place: Place.all[1], email: "osric404.quickfall118@example.org", coverageStart: day(2006, 1, 1), coverageEnd: nil,
                shape: .heavy, weight: 2900,
                complaints: [
                    complaint(.hypertension, day(2003, 5, 6)), complaint(.hyperlipidemia, day(2004, 2, 11)),
                    complaint(.diabetes, day(2009, 10, 5)), complaint(.obesity, day(2002, 8, 19)), complaint(.coronary, day(2015, 7, 2)),
                    complaint(.kidney, day(2019, 3, 27)), complaint(.osteoarthritis, day(2013, 11, 13)),
                ],
                allergies: [2], isHispanic: false, language: .english,
                summary: "long record: diabetes, high blood pressure, heart and kidney disease")
        case 2:
            return TestMember(
                memberID: "03-testmemid", firstName: "Teodor256", lastName: "Greenacre031", birth: day(1997, 8, 22), isWoman: false,
                place: Place.all[4], email: "teodor256.greenacre031@example.com",
                coverageStart: day(2025, 7, 1) < today ? day(2025, 7, 1) : day(2019, 7, 1),
                coverageEnd: nil, shape: .sparse, weight: 1, complaints: [], allergies: [], isHispanic: false, language: .english,
                summary: "almost nothing: one visit")
        case 3:
            return TestMember(
                memberID: "04-testmemid", firstName: "Ελπινίκη417", lastName: "Δοκιμίδου903", birth: day(1979, 6, 30), isWoman: true,
                place: Place.all[3], email: "member04@example.org", coverageStart: day(2015, 4, 1), coverageEnd: nil, shape: .ordinary,
                weight: 520, complaints: [complaint(.hypothyroidism, day(2016, 2, 9)), complaint(.anemia, day(2018, 10, 23))],
                allergies: [4], isHispanic: false, language: .greek,
                summary: "a name in Greek letters: thyroid and anemia")
        case 4:
            let year = today.civil.year
            return TestMember(
                memberID: "05-testmemid", firstName: "Imani683", lastName: "Halloway270", birth: day(1988, 12, 9), isWoman: true,
                place: Place.all[2], email: "imani683.halloway270@example.com", coverageStart: day(2016, 1, 1),
                coverageEnd: day(year - 1, 12, 31), shape: .ordinary, weight: 760,
                complaints: [complaint(.depression, day(2017, 3, 14)), complaint(.backPain, day(2018, 9, 4))], allergies: [],
                isHispanic: false, language: .english, summary: "coverage ended last year: pregnancy, depression, back pain")
        default: return nil
        }
    }
}
