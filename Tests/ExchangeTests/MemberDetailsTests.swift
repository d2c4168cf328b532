import Exchange
import Testing

@Suite("Matching a member")
struct MemberDetailsTests {
    static func member(
        first: String = "Mayte822", last: String = "Venegas795", birthDate: String = "2011-01-04", id: String = "01-testmemid",
        postal: String = "02116"
    ) -> Member {
        Member(
            key: Key(1), memberID: id, firstName: first, lastName: last, birthDate: birthDate, postalCode: postal, email: nil,
            coverageStart: nil, coverageEnd: nil, patientID: "p")
    }

    static func details(
        first: String = "Mayte822", last: String = "Venegas795", birthDate: String = "2011-01-04", id: String = "01-testmemid",
        postal: String = "02116"
    ) -> MemberDetails {
        MemberDetails(firstName: first, lastName: last, birthDate: birthDate, memberID: id, postalCode: postal)
    }

    @Test(
        "Names match without regard to case, accents, spaces, hyphens and apostrophes",
        arguments: [
            ("José", "jose"), ("José", "JOSE\u{301}"), ("Zoë", "zoe"), ("Ana María", "anamaria"), ("Mary-Jane", "Mary Jane"),
            ("Mary-Jane", "Mary\u{2011}Jane"), ("Mary-Jane", "Mary\u{2013}Jane"), ("O'Brien", "OBrien"), ("O'Brien", "O’Brien"),
            ("O'Brien", "O`Brien"),
            ("O'Brien", "Oʼbrien"), ("St. Clair", "St Clair"), ("Núñez", " Nunez\u{A0}"), ("Łukasz", "łukasz"), ("Ångström", "ANGSTROM"),
            ("Юлия", "ЮЛИЯ"), ("Ёлкин", "елкин"), ("Νίκος", "ΝΊΚΟΣ"), ("Strauß", "STRAUSS"), ("Işık", "ISIK"), ("山田", "山田"),
            ("محمد", "مُحَمَّد"),
            ("김", "\u{1100}\u{1175}\u{11B7}"), ("Ｍａｒｙ", "mary"), ("Ho'okena", "Hoʻokena"),
        ])
    func names(_ row: (roster: String, typed: String)) {
        #expect(Self.details(first: row.typed).matches(Self.member(first: row.roster)))
        #expect(Self.details(last: row.typed).matches(Self.member(last: row.roster)))
    }

    @Test(
        "Other names do not match",
        arguments: [("Mary", "Mari"), ("Mary", "Mar"), ("Mary", ""), ("山田", "田山"), ("Юлия", "Юля"), ("Ann", "Anna"), ("I", "l")])
    func otherNames(_ row: (roster: String, typed: String)) {
        #expect(!Self.details(first: row.typed).matches(Self.member(first: row.roster)))
        #expect(!Self.details(last: row.typed).matches(Self.member(last: row.roster)))
    }

    @Test("Each wrong detail alone is no match")
    func wrong() {
        #expect(Self.details().matches(Self.member()))
        #expect(!Self.details(first: "Maite822").matches(Self.member()))
        #expect(!Self.details(last: "Venegas").matches(Self.member()))
        #expect(!Self.details(birthDate: "2011-04-01").matches(Self.member()))
        #expect(!Self.details(id: "01-testmemix").matches(Self.member()))
        #expect(!Self.details(postal: "02117").matches(Self.member()))
        #expect(!Self.details(first: "Venegas795", last: "Mayte822").matches(Self.member()))
    }

    @Test(
        "The member ID matches without case, spaces and dashes",
        arguments: ["01-TESTMEMID", "01testmemid", " 01 - testMemID ", "01\u{2013}testmemid", "01\u{2011}testmemid"])
    func memberID(_ typed: String) {
        #expect(Self.details(id: typed).matches(Self.member()))
        #expect(MemberDetails.identifier(typed) == "01testmemid")
    }

    @Test(
        "Five digits of the postal code count",
        arguments: [
            ("02116", "02116-1234", true), ("02116-1234", "02116", true), ("02116", "021161234", true), ("02116-1234", "02116-9999", true),
            ("02116", " 02116 ", true), ("02116", "2116", false), ("02116", "02116999", false), ("02116", "", false),
            ("K1A 0B1", "k1a0b1", true),
            ("K1A 0B1", "k1a", false), ("02116", "02117-2116", false),
        ])
    func postal(_ row: (roster: String, typed: String, matches: Bool)) {
        #expect(Self.details(postal: row.typed).matches(Self.member(postal: row.roster)) == row.matches)
    }

    @Test(
        "A birth date is read as people write it",
        arguments: [
            ("01/04/2011", "2011-01-04"), ("2011-01-04", "2011-01-04"), ("1/4/2011", "2011-01-04"), ("01-04-2011", "2011-01-04"),
            ("12-4-2011", "2011-12-04"), ("1-14-2011", "2011-01-14"), ("2011-1-4", "2011-01-04"), ("01042011", "2011-01-04"),
            (" 01 / 04 / 2011 ", "2011-01-04"),
            ("02/29/2012", "2012-02-29"), ("12/31/1880", "1880-12-31"), ("2011/01/04", "2011-01-04"),
        ])
    func birthDates(_ row: (typed: String, day: String)) { #expect(BirthDate.parse(row.typed) == row.day) }

    @Test(
        "What is no birth date is none",
        arguments: [
            "", "x", "13/01/2011", "00/10/2011", "02/29/2011", "04/31/2011", "01/04/11", "1/4", "2011-01", "2011-13-01", "2011-01-04T00:00",
            "01/04/2011/5",
            "01/04/20111", "12/31/1879", "0000-01-01", "٠١/٠٤/٢٠١١", "20111301", "-1/4/2011", "2011--04",
        ])
    func notBirthDates(_ typed: String) { #expect(BirthDate.parse(typed) == nil) }
}
