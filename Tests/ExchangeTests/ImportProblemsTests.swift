import Testing

@testable import Exchange

@Suite struct ImportProblemsTests {
    @Test func `every problem is counted, the first ten thousand are kept`() {
        var problems = ImportProblems()
        for number in 1...ImportProblems.capacity + 5 { problems.append(.init(place: "f:\(number)", reason: "bad")) }
        #expect(problems.total == ImportProblems.capacity + 5)
        #expect(problems.count == ImportProblems.capacity)
        #expect(problems.first?.place == "f:1")
        #expect(problems.last?.place == "f:\(ImportProblems.capacity)")
    }

    @Test func `what two parts of an import met is one list with one total`() {
        var one = ImportProblems()
        one.append(.init(place: "f:1", reason: "bad"))
        var other = ImportProblems()
        for number in 1...ImportProblems.capacity { other.append(.init(place: "g:\(number)", reason: "bad")) }
        one.append(contentsOf: other)
        #expect(one.total == ImportProblems.capacity + 1)
        #expect(one.count == ImportProblems.capacity)
        #expect(one.prefix(2).map(\.place) == ["f:1", "g:1"])
    }
}
