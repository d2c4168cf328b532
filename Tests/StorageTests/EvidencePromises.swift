import Exchange
import FHIR
import Testing
import Trust

@testable import Storage

@Suite("A store's promises: the bytes of evidence")
struct EvidencePromises {
    private static let audit = AuditEntry(.system("test"), "test", "test")

    private static func piece(_ number: Int) -> [UInt8] { (0..<Evidence.pieceBytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) } }

    /// What lies under this name.
    private static func pieces(_ name: String, _ store: Store) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        while let piece = try store.piece(found.count, of: name) { found.append(piece) }
        return found
    }

    private static func request(_ store: Store) async throws -> ProductionRequest {
        let app = try await PortalPromises.app(store, try await PortalPromises.account(store))
        try await store.beginProduction(of: app.key, audit: audit, at: today)
        return try #require(try store.production(of: app.key))
    }

    private static func keep(_ change: EvidenceChange, of request: ProductionRequest, _ store: Store) async throws -> Bool {
        let entry = CaseEntry(role: .developer, name: "Ana", action: "evidence", text: "", at: today)
        return try await store.keep(request, evidence: change, entry: entry, mails: [], syncing: [], audit: audit, at: today)
    }

    private static func new(_ name: String) -> NewEvidence {
        NewEvidence(name: name, title: "a.png", kind: .png, bytes: 1, digest: Secret.make(.session).hash)
    }

    @Test("Pieces come back as they were, and go with the evidence that is removed", arguments: Engine.allCases)
    func pieces(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            let request = try await Self.request(store)
            let sent = [Self.piece(0), Self.piece(1), [0, 255, 0]]
            for name in ["evidence-a", "evidence-b"] {
                try await store.begin(name, at: today)
                for (number, piece) in sent.enumerated() { try await store.add(piece, number: number, to: name, at: today) }
                try await store.finish(name)
            }
            #expect(try Self.pieces("evidence-a", store) == sent)
            #expect(try store.piece(0, of: "evidence-c") == nil)
            #expect(try await Self.keep(.add(Self.new("evidence-a")), of: request, store))
            let kept = try #require(try store.evidence(name: "evidence-a"))
            // What is evidence is never tidied, however old; what is not goes.
            try await store.tidyUploads(at: today.adding(seconds: 90 * 86_400))
            #expect(try Self.pieces("evidence-a", store) == sent)
            #expect(try Self.pieces("evidence-b", store).isEmpty)
            let now = try #require(try store.production(request.key))
            #expect(try await !Self.keep(.remove(kept.key), of: request, store), "the case has changed meanwhile")
            #expect(try Self.pieces("evidence-a", store) == sent)
            #expect(try await Self.keep(.remove(kept.key), of: now, store))
            #expect(try Self.pieces("evidence-a", store).isEmpty)
        }
    }

    @Test(
        "An upload that goes on slowly is not tidied, one that was broken off is gone after an hour and does not go on",
        arguments: Engine.allCases)
    func tidying(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            for name in ["evidence-slow", "evidence-broken"] {
                try await store.begin(name, at: today)
                try await store.add([1], number: 0, to: name, at: today)
            }
            try await store.add([2], number: 1, to: "evidence-slow", at: today.adding(seconds: 3000))
            try await store.tidyUploads(at: today.adding(seconds: 3599))
            #expect(try Self.pieces("evidence-broken", store) == [[1]])
            try await store.tidyUploads(at: today.adding(seconds: 3601))
            #expect(try Self.pieces("evidence-slow", store) == [[1], [2]])
            #expect(try Self.pieces("evidence-broken", store).isEmpty)
            await #expect(throws: Refusal.self) { try await store.add([2], number: 1, to: "evidence-broken", at: today) }
            #expect(try store.piece(1, of: "evidence-broken") == nil)
            try await store.remove("evidence-slow")
            #expect(try Self.pieces("evidence-slow", store).isEmpty)
            await #expect(throws: Refusal.self) { try await store.add([3], number: 2, to: "evidence-slow", at: today) }
        }
    }
}
