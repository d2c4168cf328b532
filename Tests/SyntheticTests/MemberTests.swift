import Testing

@testable import Synthetic

@Suite struct MemberTests {
    let plan = SyntheticPlan()

    @Test func `the first member is exactly the one the sandbox promises`() {
        let member = plan.member(at: 0)
        #expect(member.memberID == "01-testmemid")
        #expect(member.firstName == "Mayte822")
        #expect(member.lastName == "Venegas795")
        #expect(member.birthDate == "2011-01-04")
        #expect(member.postalCode == "02116")
        #expect(member.isTestMember)
        #expect(member.coverageEnd == nil)
    }

    @Test(arguments: [1, 2027, 99]) func `the first member is the same under any seed`(seed: UInt64) {
        let member = SyntheticPlan(seed: seed).member(at: 0)
        #expect(member.memberID == "01-testmemid" && member.lastName == "Venegas795" && member.birthDate == "2011-01-04")
    }

    @Test func `the five test members have five numbers, and only they are test members`() {
        let members = (0..<20).map { plan.member(at: $0) }
        #expect(members.prefix(5).map(\.memberID) == (1...5).map { "0\($0)-testmemid" })
        #expect(members.filter(\.isTestMember).count == SyntheticPlan.testMembers)
        #expect(Set(members.map(\.memberID)).count == 20)
        #expect(Set(members.map(\.email)).count == 20)
        #expect(Set(members.map(\.patientID)).count == 20)
    }

    @Test func `the fourth member's name has no Latin letter`() {
        let member = plan.member(at: 3)
        for name in [member.firstName, member.lastName] {
            let letters = name.unicodeScalars.filter { !(48...57).contains($0.value) }
            #expect(!letters.isEmpty && letters.allSatisfy { (0x370...0x3FF).contains($0.value) })
        }
    }

    @Test func `the fifth member's plan has ended`() throws {
        let end = try #require(plan.member(at: 4).coverageEnd.flatMap { CalendarDay($0) })
        #expect(end < plan.today)
    }

    @Test func `other members have the plan's initials, an index and a Luhn digit for a number`() {
        #expect(plan.member(at: 17).memberID.hasPrefix("DHP-000017-"))
        var sum = 0
        for (position, byte) in plan.member(at: 17).memberID.utf8.filter({ (48...57).contains($0) }).reversed().enumerated() {
            let digit = Int(byte - 48)
            sum += position % 2 == 1 ? digit * 2 / 10 + digit * 2 % 10 : digit
        }
        #expect(sum % 10 == 0)
    }

    @Test func `every member's dates are days in a sensible order and every address delivers to nobody`() throws {
        for index in 0..<300 {
            let member = plan.member(at: index)
            let birth = try #require(CalendarDay(member.birthDate))
            let start = try #require(CalendarDay(member.coverageStart))
            #expect(birth <= start && start < plan.today)
            if let end = member.coverageEnd { #expect(try start < #require(CalendarDay(end))) }
            #expect(member.postalCode.utf8.count == 5)
            #expect(member.email.hasSuffix("@example.com") || member.email.hasSuffix("@example.org"))
            #expect(!member.summary.isEmpty)
        }
    }

    @Test func `another seed makes other people`() {
        #expect(plan.member(at: 9) != SyntheticPlan(seed: 1).member(at: 9))
        #expect(plan.member(at: 9) == SyntheticPlan().member(at: 9))
    }
}
