import Testing

@testable import Synthetic

@Suite struct MemberTests {
    @Test func `the seed's member is exactly the one of the seed`() {
        let member = SyntheticPlan().member(at: 0)
        #expect(member.memberID == "01-testmemid")
    }
}
