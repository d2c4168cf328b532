import Exchange
import Testing

@Suite("A roster as a file")
struct RosterFileTests {
    static let header = "member_id,first_name,last_name,birth_date,postal_code"

    func roster(_ text: String) throws -> RosterFile { try RosterFile(Array(text.utf8), name: "r.csv") }

    @Test("A line gives its parts, whatever the order and the case of the columns")
    func line() throws {
        let file = try roster(
            "Email,POSTAL_CODE,birth_date,last_name,first_name,member_id,patient_id,coverage_start,coverage_end,note\n"
                + "a@b.co,02116,01/04/2011,Venegas,Mayte,01-x,p1,2020-01-01,12/31/2025,hello\n")
        #expect(file.problems.isEmpty)
        #expect(
            file.lines.map(\.entry) == [
                RosterEntry(
                    memberID: "01-x", firstName: "Mayte", lastName: "Venegas", birthDate: "2011-01-04", postalCode: "02116",
                    email: "a@b.co",
                    coverageStart: "2020-01-01", coverageEnd: "2025-12-31", patientID: "p1")
            ])
        #expect(file.lines.first?.number == 2)
    }

    @Test("Quotes hold commas, line ends and quotes; numbers count the lines of the file")
    func quotes() throws {
        let file = try roster(Self.header + "\n1,\"Ana, \"\"Ani\"\"\",\"two\nlines\",2011-01-04,02116\n\n2,B,C,2011-01-05,\"02117\"\n")
        #expect(file.problems.isEmpty)
        #expect(file.lines.map(\.number) == [2, 5])
        #expect(file.lines.first?.entry.firstName == "Ana, \"Ani\"")
        #expect(file.lines.first?.entry.lastName == "two\nlines")
        #expect(file.lines.last?.entry.postalCode == "02117")
    }

    @Test("CRLF, a byte order mark, spaces around fields and a missing last line end make no difference")
    func forms() throws {
        let plain = try roster(Self.header + "\n1,A,B,2011-01-04,02116\n2,C,D,2011-01-05,02117\n")
        let other = try roster(
            "\u{FEFF}"
                + "member_id, first_name,last_name ,birth_date,postal_code\r\n1, A ,B,2011-01-04,02116\r\n\r\n2,C,D,2011-01-05,\"02117\"")
        #expect(other.problems.isEmpty)
        #expect(other.lines.map(\.entry) == plain.lines.map(\.entry))
        #expect(other.lines.map(\.number) == [2, 4])
    }

    @Test("A file without a header, or with one that lacks a column, is refused with what is missing")
    func headers() throws {
        for (text, sentence) in [
            ("", "is empty"), ("\n\n", "is empty"), ("member_id,first_name\n", "lacks last_name, birth_date, postal_code"),
            ("1,A,B,2011-01-04,02116\n", "lacks member_id"),
        ] {
            do throws(Refusal) {
                _ = try RosterFile(Array(text.utf8), name: "r.csv")
                Issue.record("\(text) was accepted.")
            } catch {
                #expect(error.code == .invalid)
                #expect(error.message.contains(sentence))
            }
        }
    }

    @Test(
        "A bad row is reported by its line with the reason, and the others are taken",
        arguments: [
            ("1,A,B,2011-01-04", "There are 4 fields; the header has 5."),
            ("1,A,B,2011-01-04,02116,x", "There are 6 fields; the header has 5."),
            (",A,B,2011-01-04,02116", "member_id is empty."), ("1, ,B,2011-01-04,02116", "first_name is empty."),
            ("1,A,B,soon,02116", "birth_date is no day; write 2011-01-04 or 01/04/2011."),
            ("1,A,B,2011-02-29,02116", "birth_date is no day"),
            ("1,A,B,2011-01-04,", "postal_code is empty."),
        ])
    func badRows(_ row: (line: String, reason: String)) throws {
        let file = try roster(Self.header + "\n0,X,Y,2011-01-04,02116\n" + row.line + "\n9,X,Y,2011-01-04,02116\n")
        #expect(file.lines.map(\.entry.memberID) == ["0", "9"])
        #expect(file.problems.map(\.place) == ["r.csv:3"])
        #expect(file.problems.first?.reason.hasPrefix(row.reason) == true)
    }

    @Test("Optional columns are checked when they are filled")
    func optional() throws {
        let file = try roster(
            Self.header + ",email,coverage_end\n1,A,B,2011-01-04,02116,nobody,\n2,A,B,2011-01-04,02116,,never\n3,A,B,2011-01-04,02116,,\n")
        #expect(file.lines.map(\.entry.memberID) == ["3"])
        #expect(file.problems.map(\.reason) == ["email is no address.", "coverage_end is no day."])
    }

    @Test("A quotation mark that is never closed swallows no lines in silence")
    func openQuote() throws {
        let file = try roster(Self.header + "\n1,A,B,2011-01-04,\"02116\n2,C,D,2011-01-05,02117\n")
        #expect(file.lines.isEmpty)
        #expect(file.problems.map(\.place) == ["r.csv:2"])
        #expect(file.problems.first?.reason.contains("never closed") == true)
    }

    @Test("A name that is not UTF-8 is reported, not guessed")
    func notUTF8() throws {
        let bytes = Array((Self.header + "\n1,Jos").utf8) + [0xE9] + Array(",B,2011-01-04,02116\n2,C,D,2011-01-05,02117\n".utf8)
        let file = try RosterFile(bytes, name: "r.csv")
        #expect(file.lines.map(\.entry.memberID) == ["2"])
        #expect(file.problems.first?.reason.contains("UTF-8") == true)
    }
}
