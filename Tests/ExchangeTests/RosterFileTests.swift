import Foundation
import Testing

@testable import Exchange

@Suite("A roster as a file")
struct RosterFileTests {
    static let header = "member_id,first_name,last_name,birth_date,postal_code"

    struct Roster {
        var lines: [(number: Int, entry: RosterEntry)] = []
        var problems: [ImportReport.Problem] = []
    }

    func roster(_ text: String) throws(Refusal) -> Roster { try roster(Array(text.utf8)) }

    /// What stands in it, whether it comes whole or byte by byte.
    func roster(_ bytes: [UInt8]) throws(Refusal) -> Roster {
        let whole = try Self.lines(bytes, pieces: bytes.count)
        for pieces in [1, 2, 7] { #expect(try Self.lines(bytes, pieces: pieces) == whole, "in pieces of \(pieces)") }
        var roster = Roster()
        for line in whole {
            switch line {
            case .entry(let entry, let place): roster.lines.append((Int(place.description.dropFirst("r.csv:".count)) ?? 0, entry))
            case .problem(let problem): roster.problems.append(problem)
            }
        }
        return roster
    }

    static func lines(_ bytes: [UInt8], pieces: Int) throws(Refusal) -> [RosterFile.Line] {
        var rest = bytes[...]
        let file = try RosterFile(name: "r.csv") { () throws(Refusal) in
            defer { rest = rest.dropFirst(pieces) }
            return Array(rest.prefix(pieces))
        }
        return try file.next(.max)
    }

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
                _ = try roster(text)
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
        let file = try roster(bytes)
        #expect(file.lines.map(\.entry.memberID) == ["2"])
        #expect(file.problems.first?.reason.contains("UTF-8") == true)
    }

    @Test("A record without an end is not gathered without an end, and what follows is read")
    func endless() throws {
        let file = try Self.lines(
            Array((Self.header + "\n1,\(String(repeating: "x", count: 3 << 20)),B,2011-01-04,02116\n2,C,D,2011-01-05,02117\n").utf8),
            pieces: 4096)
        guard case .problem(let problem)? = file.first else {
            Issue.record("It was taken.")
            return
        }
        #expect(problem.place == "r.csv:2" && problem.reason.contains("longer than 1 MiB"))
        guard case .entry(let entry, let place)? = file.last else {
            Issue.record("What follows was not.")
            return
        }
        #expect(entry.memberID == "2" && place == "r.csv:3")
    }

    @Test("A packed file is read as it comes, and one that is cut off says so after its whole lines")
    func packed() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let text = (1...5000).reduce(into: Self.header + "\n") { $0 += "\($1),A\($1),B,2011-01-04,02116\n" }
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/r.csv"))
        let zipping = Process()
        zipping.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        zipping.arguments = ["gzip", "-c", folder + "/r.csv"]
        let zipped = Pipe()
        zipping.standardOutput = zipped
        try zipping.run()
        // Its output ends when it does; waitUntilExit() may miss that under several tests at once.
        try zipped.fileHandleForReading.readDataToEndOfFile().write(to: URL(fileURLWithPath: folder + "/r.csv.gz"))
        for name in ["/r.csv", "/r.csv.gz"] {
            let file = try RosterFile(path: folder + name)
            #expect(try file.next(.max).count == 5000)
            #expect(file.fraction == 1 && file.isLasting)
        }
        let packed = try Data(contentsOf: URL(fileURLWithPath: folder + "/r.csv.gz"))
        try packed.prefix(packed.count - 100).write(to: URL(fileURLWithPath: folder + "/cut.csv.gz"))
        let cut = try RosterFile(path: folder + "/cut.csv.gz")
        #expect(try cut.next(.max).count > 4000)
        do throws(Refusal) {
            _ = try cut.next(.max)
            Issue.record("It was read to its end.")
        } catch { #expect(error.message.contains("cut off")) }
        #expect(throws: Refusal.self) { try RosterFile(path: folder + "/none.csv") }
    }
}
