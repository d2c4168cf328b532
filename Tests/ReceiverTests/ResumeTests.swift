import FHIR
import Foundation
import Synchronization
import Testing

@testable import Receiver

@Suite("Going on after an interruption")
struct ResumeTests {
    private func whole(_ parallel: Int) async throws -> (files: [String: String], pages: Int) {
        let server = try await FakePlan(.usual).start()
        let journey = Journey(server)
        let result = await journey.run { $0.parallelRequests = parallel }
        await server.stop()
        #expect(result.receipt?.isComplete == true)
        return (journey.files(), result.pages)
    }

    @Test("Cancelled at any page, the next run ends with the same files", arguments: [1, 4])
    func cancelled(_ parallel: Int) async throws {
        let (files, pages) = try await whole(parallel)
        #expect(pages >= 12)
        let server = try await FakePlan(.usual).start()
        for page in 1...pages {
            let journey = Journey(server)
            let first = await journey.run(onPage: { $0 == page }) { $0.parallelRequests = parallel }
            // After the last page there may be nothing left to cancel.
            if first.problem != .interrupted { #expect(first.receipt?.isComplete == true && page > pages - 2) }
            if first.problem == .interrupted {
                let second = await journey.run {
                    $0.parallelRequests = parallel
                    $0.resume = true
                }
                #expect(second.receipt?.isComplete == true, "page \(page): \(String(describing: second.problem))")
                #expect(second.receipt?.gaps.map(\.count) == [1])
                #expect(second.authorizations == 0)
            }
            #expect(journey.files() == files, "page \(page)")
            #expect(!journey.exists(".receive-state.json"))
        }
        await server.stop()
    }

    @Test("Killed at any page, with half a page written beyond what is recorded, the next run ends with the same files")
    func killed() async throws {
        let (files, pages) = try await whole(1)
        let server = try await FakePlan(.usual).start()
        let copies = Mutex<[String]>([])
        let journey = Journey(server)
        _ = await journey.run(onPage: { _ in
            // What lies on the disk at this moment is what a kill would leave.
            let copy = Journey.freshFolder()
            try? FileManager.default.copyItem(atPath: journey.out, toPath: copy)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: copy)) ?? [] where name.hasSuffix(".part") {
                guard let file = FileHandle(forWritingAtPath: copy + "/" + name) else { continue }
                _ = try? file.seekToEnd()
                try? file.write(contentsOf: Data(#"{"resourceType":"Observation","id":"ob9"#.utf8))
                try? file.close()
            }
            copies.withLock { $0.append(copy) }
            return false
        }) { $0.parallelRequests = 1 }
        let killed = copies.withLock { $0 }
        #expect(killed.count == pages)
        for (index, copy) in killed.enumerated() {
            let again = Journey(server, out: copy)
            let result = await again.run { $0.parallelRequests = 1 }
            #expect(result.receipt?.isComplete == true, "\(String(describing: result.problem))")
            #expect(again.files() == files)
            // It goes on, rather than begins again; only the reference that leads nowhere is tried once more.
            #expect(result.pages <= pages - (index + 1) + 1)
        }
        await server.stop()
    }

    @Test("A page link that no longer works begins the type again, and nothing is doubled")
    func staleLink() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        let journey = Journey(server)
        let first = await journey.run(onPage: { $0 == 6 }) { $0.parallelRequests = 1 }
        #expect(first.problem == .interrupted)
        plan.change { script in
            script.detour = { seen, _, before in
                seen.target.hasSuffix("/Observation?patient=p1&_count=2&_offset=4") && before == 0 ? .init(status: 410) : nil
            }
        }
        let second = await journey.run { $0.parallelRequests = 1 }
        await server.stop()
        #expect(second.receipt?.isComplete == true)
        #expect(server.seen.contains { $0.target.hasSuffix("&_offset=4") })
        #expect(journey.lines("Observation").count == 7)
        #expect(Set(journey.lines("Observation")).count == 7)
    }

    @Test("A file that was damaged meanwhile is received anew")
    func damagedFile() async throws {
        let server = try await FakePlan(.usual).start()
        let (files, _) = try await whole(1)
        let journey = Journey(server)
        _ = await journey.run(onPage: { $0 == 7 }) { $0.parallelRequests = 1 }
        let part = journey.out + "/Observation.ndjson.part"
        #expect(FileManager.default.fileExists(atPath: part))
        try Data("{".utf8).write(to: URL(fileURLWithPath: part))
        let second = await journey.run { $0.parallelRequests = 1 }
        await server.stop()
        #expect(second.receipt?.isComplete == true)
        #expect(journey.files() == files)
    }

    @Test("A folder is never mixed: finished, foreign, other sender, other client, nothing to resume")
    func folders() async throws {
        let server = try await FakePlan(.usual).start()
        let journey = Journey(server)
        #expect(await journey.run { $0.resume = true }.problem == .nothingToResume(journey.out))
        _ = await journey.run(onPage: { $0 == 3 })
        #expect(
            await journey.run { $0.clientID = "other" }.problem == .otherReceive(folder: journey.out, what: "with the client id client"))
        #expect(
            await journey.run { $0.from = server.base + "/other" }.problem
                == .otherReceive(folder: journey.out, what: "from \(server.base)/demo"))
        #expect(await journey.run().receipt?.isComplete == true)
        #expect(await journey.run().problem == .alreadyReceived(journey.out))

        let foreign = Journey.freshFolder()
        try FileManager.default.createDirectory(atPath: foreign, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: foreign + "/diary.txt"))
        #expect(await Journey(server, out: foreign).run().problem == .folderNotEmpty(folder: foreign, found: "diary.txt"))
        await server.stop()
    }

    @Test("Two receives cannot write into one folder")
    func twoAtOnce() async throws {
        let server = try await FakePlan(.usual).start()
        let journey = Journey(server)
        let held = try OutputFolder(journey.out)
        #expect(await journey.run().problem == .folderInUse(journey.out))
        withExtendedLifetime(held) {}
        await server.stop()
    }

    @Test("The state survives being written and read")
    func stateRoundTrip() throws {
        var state = ReceiveState(
            from: "https://a.example", fhirBase: "https://a.example/r4", clientID: "c\"\\\n",
            startedAt: Timestamp(milliseconds: 1_700_000_000_123),
            types: [TypeState(.patient, .patient), TypeState(.observation, .search), TypeState(.organization, .reference)])
        state.tokens = TokenSet(access: "a", refresh: "r", expires: Timestamp(milliseconds: 5), patient: "p1")
        (state.requests, state.retries) = (7, 2)
        state.types[1].next = "https://a.example/r4?x=%7C"
        (state.types[1].bytes, state.types[1].count, state.types[1].pages, state.types[1].duplicates) = (10, 2, 1, 3)
        state.types[1].rejected = [.init(reason: "why", count: 2, ids: ["x"])]
        state.types[1].announced = 12
        state.types[2].gaps = [.init(reason: "gone", count: 1, ids: ["o"])]
        (state.types[2].status, state.types[2].reason, state.types[2].again) = (.failed, "503", true)
        let read = try ReceiveState(state.json)
        #expect(read.types == state.types)
        #expect(read.tokens?.refresh == "r" && read.tokens?.expires == Timestamp(milliseconds: 5) && read.tokens?.patient == "p1")
        #expect((read.from, read.fhirBase, read.clientID) == (state.from, state.fhirBase, state.clientID))
        #expect((read.requests, read.retries, read.startedAt) == (7, 2, state.startedAt))
        #expect("\(state)".contains("private"))
    }
}
