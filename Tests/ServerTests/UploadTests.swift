import Exchange
import FHIR
import Foundation
import Server
import Storage
import TestSupport
import Testing
import Trust

@testable import Server

@Suite("Files on their way to the portal")
struct UploadTests {
    private static let web = "https://app.lakeside.example/callback"
    private static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 64, 0, 0, 0, 64]
        + Array(repeating: 0, count: 4000)

    private struct Cut: Error {}

    private static func files(_ site: RunningSite) throws -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: site.folder + "/evidence")) ?? []
    }

    private static func until(_ holds: () throws -> Bool) async throws -> Bool {
        for _ in 0..<9000 where try !holds() { try await Task.sleep(for: .milliseconds(20)) }
        return try holds()
    }

    /// A form with its token and a file, cut in two: all but the last bytes, and those.
    private static func form(_ token: String) -> (head: [UInt8], tail: [UInt8], type: (String, String)) {
        let start = "--cut\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n\(token)\r\n--cut\r\n"
        let file = "Content-Disposition: form-data; name=\"file\"; filename=\"a;b.png\"\r\nContent-Type: image/png\r\n\r\n"
        return (
            Array((start + file).utf8) + png, Array("\r\n--cut--\r\n".utf8), ("Content-Type", "multipart/form-data; boundary=cut")
        )
    }

    @Test("An upload whose connection breaks leaves nothing behind, by page and by JSON, and the same file is taken when it comes again")
    func broken() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp(redirectURIs: Self.web)
            let root = "/portal/applications/\(app.clientID)/production"
            try await developer.open(root)
            let token = try #require(developer.markup.forms.last?.values.first { $0.name == "form_token" }?.value)
            let (head, tail, type) = Self.form(token)
            let bearer = try #require(developer.cookies.first { $0.key.hasPrefix("payerbridge-portal") }?.value)
            let ways: [(path: String, headers: [(String, String)], head: [UInt8])] = [
                (root + "/evidence", developer.cookieHeader + [type], head),
                (
                    "/api/portal/applications/\(app.clientID)/production/evidence",
                    [("Authorization", "Bearer \(bearer)"), ("Content-Type", "application/octet-stream")], Self.png
                ),
            ]
            for way in ways {
                let (pieces, more) = AsyncThrowingStream.makeStream(of: [UInt8].self)
                let sending = Task {
                    try await site.web.send("POST", site.absolute(way.path), headers: way.headers, length: 1 << 20, pieces: pieces)
                }
                more.yield(way.head)
                #expect(try await Self.until { try Self.files(site).count == 1 }, "\(way.path): the file is on its way")
                more.finish(throwing: Cut())
                await #expect(throws: (any Error).self) { try await sending.value }
                #expect(try await Self.until { try Self.files(site).isEmpty }, "\(way.path)")
            }
            try await developer.open(root)
            #expect(developer.text.contains("data-failed=\"The file did not arrive, and nothing of it was kept."))
            let again = try await site.web.send(
                "POST", site.absolute(root + "/evidence"), headers: developer.cookieHeader + [type], body: head + tail)
            #expect(again.status == 303)
            try await developer.open(root)
            #expect(developer.text.contains("a;b.png") && developer.text.components(separatedBy: "Remove a;b.png").count == 3)
            #expect(try Self.files(site).count == 1)
        }
    }

    @Test("A logo that arrives slowly is not taken once the application is before a reviewer")
    func lateLogo() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await site.verifiedApp(redirectURIs: Self.web)
            let root = "/portal/applications/\(app.clientID)"
            try await developer.open(root + "/production")
            try await developer.upload("/evidence", "a.png", Self.png)
            let token = try #require(developer.markup.forms.last?.values.first { $0.name == "form_token" }?.value)
            let (head, tail, type) = Self.form(token)
            let bearer = try #require(developer.cookies.first { $0.key.hasPrefix("payerbridge-portal") }?.value)
            let ways: [(method: String, path: String, headers: [(String, String)], head: [UInt8], tail: [UInt8])] = [
                ("POST", root + "/logo", developer.cookieHeader + [type], head, tail),
                (
                    "PUT", "/api/portal/applications/\(app.clientID)/logo",
                    [("Authorization", "Bearer \(bearer)"), ("Content-Type", "application/octet-stream")],
                    Array(Self.png.dropLast()), Array(Self.png.suffix(1))
                ),
            ]
            let streams = ways.map { _ in AsyncThrowingStream.makeStream(of: [UInt8].self) }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for (way, stream) in zip(ways, streams) {
                    group.addTask {
                        try await site.web.send(
                            way.method, site.absolute(way.path), headers: way.headers, length: way.head.count + way.tail.count,
                            pieces: stream.stream
                        ).status
                    }
                    stream.continuation.yield(way.head)
                }
                // Both were admitted by now, or are later: either way what comes after the decision is refused.
                try await Task.sleep(for: .milliseconds(300))
                try await developer.submit("/submit", ["note": ""])
                try await reviewer.openCase("")
                try await reviewer.submit(reviewer.path, ["decision": "approve"])
                for (way, stream) in zip(ways, streams) {
                    stream.continuation.yield(way.tail)
                    stream.continuation.finish()
                }
                for try await status in group { #expect(status == 403) }
            }
            let known = try #require(try site.store.application(clientID: app.clientID))
            #expect(try site.store.production(of: known.key)?.state == .approved)
            #expect(try site.store.logoName(of: known.app) == nil)
        }
    }

    @Test("What was broken off goes after an hour: files not whole, and those that nobody knows")
    func tidying() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "evidence-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let known = EvidenceFolder(path: path) { name throws(Refusal) in name == "evidence-known" }
        let down = EvidenceFolder(path: path) { _ throws(Refusal) in throw Refusal(.unavailable, "") }
        try await EvidenceFolder(path: path + "/none") { _ throws(Refusal) in false }.tidyUploads(at: World.real.now())
        for name in ["evidence-a.part", "evidence-known", "evidence-unknown", "notes.txt"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        }
        func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
        let now = World.real.now()
        try await known.tidyUploads(at: now)
        #expect(try left().count == 4, "another server may be at what is young")
        await #expect(throws: Refusal.self) { try await down.tidyUploads(at: now.adding(seconds: 7200)) }
        #expect(try left().contains("evidence-known") && left().contains("evidence-unknown"))
        try await known.tidyUploads(at: now.adding(seconds: 7200))
        #expect(try left() == ["evidence-known", "notes.txt"])
    }
}
