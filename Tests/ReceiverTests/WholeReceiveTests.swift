import FHIR
import Foundation
import Testing

@testable import Receiver

@Suite("A whole receive")
struct WholeReceiveTests {
    @Test("brings every page of every type, what references lead to, and a receipt")
    func happyPath() async throws {
        let server = try await FakePlan(.usual).start()
        let journey = Journey(server)
        let result = await journey.run()
        await server.stop()
        let receipt = try #require(result.receipt, "\(String(describing: result.problem))")

        #expect(receipt.isComplete)
        #expect(journey.lines("Observation").count == 7)
        #expect(journey.lines("Observation").allSatisfy { $0.contains(#""value":1.50}"#) })
        #expect(journey.lines("Encounter").count == 2)
        #expect(journey.lines("Practitioner").count == 3)
        #expect(journey.lines("Organization").map { $0.contains(#""o1""#) || $0.contains(#""o2""#) } == [true, true])
        #expect(receipt.types.map(\.type).first == "Patient")
        #expect(receipt.member == .init(patientID: "p1", name: "Mary Ann Doe", birthDate: "1980-02-03"))
        #expect(receipt.notShared.map(\.type) == ["Coverage"])
        #expect(receipt.gaps == [.init(type: "Organization", reason: "not found (404)", count: 1, ids: ["gone"])])
        #expect(receipt.source.softwareName == "Fake Plan")
        #expect(receipt.requests == server.seen.count - 1)
        #expect(!journey.exists(".receive-state.json"))
        #expect(journey.exists("receipt.json"))
        #expect(receipt.summary.contains("Observation           7    1.2 KB"))
        #expect(receipt.summary.contains("Not shared: Coverage"))
    }
}
