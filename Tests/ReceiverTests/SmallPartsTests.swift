import FHIR
import Foundation
import Synchronization
import Testing

@testable import Receiver

@Suite("Small parts")
struct SmallPartsTests {
    @Test(
        "Origins are compared by their parts, never by how the text begins",
        arguments: [
            ("https://a.example/x", "https://A.example:443/y", true), ("https://a.example", "http://a.example", false),
            ("https://a.example", "https://a.example.evil.com", false), ("https://a.example", "https://a.example:444", false),
            ("https://a.example", "https://a.example.", false), ("http://[::1]:80/", "http://[::1]/", true),
        ])
    func origins(_ a: String, _ b: String, _ same: Bool) throws {
        let (left, right) = (try #require(WebAddress(a)), try #require(WebAddress(b)))
        #expect((left.origin == right.origin) == same)
    }

    @Test(
        "Odd addresses are no addresses",
        arguments: [
            "", "/", "https://", "https:///x", "https://a b/", "https://a\tb/", "https://a@b/", "https://a:b/", "https://a:99999/",
            "https://a/#f",
            "https:\\\\a/", "javascript:alert(1)", "https://ä.example/", "https://a%2eb/", "https://[::1/", "https://[]/",
            "https://a/\r\nX: y",
        ])
    func oddAddresses(_ text: String) {
        #expect(WebAddress(text) == nil)
    }

    @Test(
        "F14, F15: whether an address is the sender's is decided by its parsed origin, so that no look-alike gets the token",
        arguments: [
            "https://payer.example.evil.test/r4/Observation", "https://payer.example@evil.test/r4",
            "https://payer.example:443@evil.test/r4",
            "https://payer.example%2eevil.test/r4", "https://payer.exampleevil.test/r4", "https://evil.test/https://payer.example/r4",
            "https://evil.test#@payer.example/r4", "https://evil.test\\@payer.example/r4", "//evil.test/r4", "///evil.test/r4",
            "http://payer.example/r4/Observation", "https://payer.example:8443/r4", "https://payer.example.:443/r4",
            "https:payer.example/r4",
            "https://payer.example\t.evil.test/r4", "file:///etc/passwd", "https://[::1]/r4", "https://xn--payer.example/r4",
            "javascript:alert(1)", "https://payer\u{3002}example/r4",
        ])
    func lookAlikes(_ link: String) throws {
        let base = try #require(WebAddress("https://payer.example/r4"))
        let page = try #require(base.appending("Observation?_count=2"))
        if let followed = page.following(link, base: base) { #expect(followed.origin != base.origin, "\(followed.text)") }
    }

    @Test("F15: links of the sender itself are followed, however it writes them")
    func ownLinks() throws {
        let base = try #require(WebAddress("https://payer.example/r4"))
        let page = try #require(base.appending("Observation?_count=2"))
        for link in [
            "https://payer.example/r4/Observation?page=2", "HTTPS://PAYER.example:443/r4/Observation?page=2", "/r4/Observation?page=2",
            "?page=2", "Observation?page=2",
        ] { #expect(page.following(link, base: base)?.text == "https://payer.example/r4/Observation?page=2", "\(link)") }
    }

    @Test("What servers leave unescaped in links is escaped once; escapes stay")
    func escapes() {
        #expect(
            WebAddress("http://h/r4/Observation?code=a|b&x=%7C&q={ä}")?.text == "http://h/r4/Observation?code=a%7Cb&x=%7C&q=%7B%C3%A4%7D")
    }

    @Test("Retry-After is read as seconds and as a date; anything else is nothing")
    func retryAfter() {
        let now = Timestamp(milliseconds: 1_795_486_203_000)
        #expect(RetryAfter.duration("7", now: now) == .seconds(7))
        #expect(RetryAfter.duration(now.adding(seconds: 90).httpDate, now: now) == .seconds(90))
        #expect(RetryAfter.duration(now.adding(seconds: -90).httpDate, now: now) == .zero)
        for odd in ["", "-1", "1.5", "soon", "99999999999", "Tue, 99 Nov 2026 02:10:03 GMT", "Tue, 24 Foo 2026 02:10:03 GMT"] {
            #expect(RetryAfter.duration(odd, now: now) == nil, "\(odd)")
        }
    }

    @Test("Waits double, jitter between half and all, and never exceed half a minute")
    func backoff() {
        let backoff = Backoff(ReceiveOptions(from: "", clientID: "", out: ""))
        #expect(backoff.delay(afterAttempt: 1, random: 0) == .milliseconds(250))
        #expect(backoff.delay(afterAttempt: 1, random: 1) == .milliseconds(500))
        #expect(backoff.delay(afterAttempt: 3, random: 1) == .seconds(2))
        #expect(backoff.delay(afterAttempt: 60, random: 1) == .seconds(30))
    }

    @Test("A resource on one line keeps its bytes; over several lines it loses only the white space between tokens")
    func lines() {
        func line(_ text: String) -> String {
            var out: [UInt8] = []
            Array(text.utf8).withUnsafeBytes { ResourceLine.append($0, to: &out) }
            return String(decoding: out, as: UTF8.self)
        }
        #expect(line(#"{ "a" :  1.50 }"#) == "{ \"a\" :  1.50 }\n")
        #expect(line("{\n \"a\":\t1.50,\r\n \"b \\\" \\\\\": \"x  y\\n\" }") == "{\"a\":1.50,\"b \\\" \\\\\":\"x  y\\n\"}\n")
    }

    @Test("The receipt's sums are those of the files on disk")
    func sums() async throws {
        let server = try await FakePlan(.usual).start()
        let journey = Journey(server)
        let receipt = try #require(await journey.run().receipt)
        await server.stop()
        for type in receipt.types {
            guard let file = type.file else { continue }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
            process.arguments = [journey.out + "/" + file]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            // Its output ends when it does; waitUntilExit() may miss that under several tests at once.
            let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(said.hasPrefix((type.sha256 ?? "?") + " "))
            #expect(try Data(contentsOf: URL(fileURLWithPath: journey.out + "/" + file)).count == type.bytes)
        }
        let written = try Data(contentsOf: URL(fileURLWithPath: journey.out + "/receipt.json"))
        let read = try #require(try JSONSerialization.jsonObject(with: written) as? [String: Any])
        #expect(read["complete"] as? Bool == true)
        #expect((read["member"] as? [String: Any])?["name"] as? String == "Mary Ann Doe")
        #expect((read["types"] as? [[String: Any]])?.count == receipt.types.count)
    }

    @Test("Progress is one changing line on a terminal and plain lines elsewhere")
    func printer() {
        for isTerminal in [true, false] {
            let text = Mutex("")
            let printer = ProgressPrinter(isTerminal: isTerminal, width: 50) { more in text.withLock { $0 += more } }
            printer.show(.discovered(fhirBase: "https://a.example/r4", software: nil, types: 31))
            printer.show(.typeStarted("Observation", received: 0))
            printer.show(.page(type: "Observation", received: 1200, total: 2400))
            printer.show(.typeFinished(.init(type: "Observation", count: 2400, outcome: .received)))
            printer.show(.typeFinished(.init(type: "Goal", count: 0, outcome: .failed("the server answered 500"))))
            let shown = text.withLock { $0 }
            #expect(shown.contains("2,400"))
            #expect(shown.contains("Goal: ended early, the server answered 500.\n"))
            #expect(shown.contains("\u{1B}[2K") == isTerminal)
            #expect(shown.contains("Observation: 2,400\n") == !isTerminal)
        }
    }
}
