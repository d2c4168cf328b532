import Foundation
import Mail
import Testing

@Suite("Sending over SMTP to a real server", .serialized, .enabled(if: SMTPServer.isAvailable, Comment(rawValue: SMTPServer.whyNot)))
struct SMTPTransportTests {
    func settings(
        _ server: SMTPServer, security: SMTPSettings.Security = .none, username: String? = nil, password: String? = nil,
        caFile: String? = nil,
        timeout: Duration = .seconds(60)
    ) throws -> SMTPSettings {
        SMTPSettings(
            host: "127.0.0.1", port: server.port, security: security, username: username, password: password, caFile: caFile,
            from: try MailAddress("no-reply@bridge.example"), fromName: "Bridge", connectTimeout: timeout, totalTimeout: timeout)
    }

    func message(subject: String = "Your code", text: String = "Your code is 123456.\n") throws -> MailMessage {
        try MailMessage(
            from: MailAddress("no-reply@bridge.example"), fromName: "Bridge", to: MailAddress("ana+x@example.com"), subject: subject,
            text: text, messageID: "outbox.7.1700000000@bridge.example", date: Date(timeIntervalSince1970: 1_700_000_000))
    }

    func reason(_ outcome: SMTPOutcome) -> String {
        switch outcome {
        case .delivered: "delivered"
        case .temporaryFailure(let reason): "temporary: \(reason)"
        case .permanentFailure(let reason): "permanent: \(reason)"
        }
    }

    @Test("A message arrives byte for byte")
    func plain() async throws {
        try await withSMTPServer { server in
            let message = try message()
            #expect(await SMTPTransport(try settings(server)).send(message) == .delivered)
            let accepted = try server.accepted()
            #expect(accepted.count == 1)
            let mail = try #require(accepted.first)
            #expect(mail.raw == String(decoding: message.rfc5322, as: UTF8.self))
            #expect(mail.recipients == ["ana+x@example.com"])
            #expect(mail.from == "no-reply@bridge.example")
            #expect(mail.helo == "bridge.example")
            #expect(mail.header("Auto-Submitted") == ["auto-generated"])
            #expect(mail.header("Message-ID") == ["<outbox.7.1700000000@bridge.example>"])
            #expect(!mail.tls)
        }
    }

    @Test("Subjects, names and texts in any script arrive as they were")
    func unicode() async throws {
        try await withSMTPServer { server in
            let transport = SMTPTransport(try settings(server))
            let subjects = [
                "Zażółć gęślą jaźń – código nº 7 👩‍👩‍👧‍👦", String(repeating: "Ünïcödé ", count: 25) + "end",
                String(repeating: "plain words ", count: 20) + "end", "=?utf-8?Q?no?=", " edges ",
            ]
            let text = "Grüße\n\n" + String(repeating: "слово ", count: 400) + "\nhttps://bridge.example/x?a=1&b=2\n   trailing   \nend\n"
            for subject in subjects { #expect(await transport.send(try message(subject: subject, text: text)) == .delivered) }
            let accepted = try server.accepted()
            #expect(accepted.map { Array($0.subject.utf8) } == subjects.map { Array($0.utf8) })
            #expect(accepted.allSatisfy { $0.text.utf8.elementsEqual(text.utf8) })
        }
    }

    @Test("Lines that begin with a dot, and very long lines, arrive as they were")
    func dotsAndLongLines() async throws {
        try await withSMTPServer { server in
            let text = ".\n..\n.leading\n\n.\n" + String(repeating: "y", count: 20_000) + "\n.\nMAIL FROM:<x@example.org>\n.\n"
            let transport = SMTPTransport(try settings(server))
            #expect(await transport.send(try message(text: text)) == .delivered)
            #expect(await transport.send(try message(text: ".")) == .delivered)
            let accepted = try server.accepted()
            #expect(accepted.map(\.text) == [text, ".\n"])
        }
    }

    @Test("With STARTTLS the message goes out encrypted, to a server that the CA file vouches for")
    func startTLS() async throws {
        try await withSMTPServer(["--starttls-required"], tls: true) { server in
            let trusting = try settings(server, security: .startTLS, caFile: server.certificate)
            #expect(await SMTPTransport(trusting).send(try message()) == .delivered)
            #expect(try server.accepted().map(\.tls) == [true])

            let outcome = await SMTPTransport(try settings(server, security: .startTLS)).send(try message())
            #expect(reason(outcome).hasPrefix("temporary: "))
            #expect(reason(outcome).contains("certificate"))
            let clear = await SMTPTransport(try settings(server)).send(try message())
            #expect(reason(clear).hasPrefix("temporary: "), "530 asks for STARTTLS: the settings are at fault, not the message")
            #expect(try server.accepted().count == 1)
        }
    }

    @Test("Implicit TLS works, and a plain client or server does not slip through")
    func implicitTLS() async throws {
        try await withSMTPServer(["--implicit-tls"], tls: true) { server in
            let trusting = try settings(server, security: .implicitTLS, caFile: server.certificate)
            #expect(await SMTPTransport(trusting).send(try message()) == .delivered)
            #expect(try server.accepted().map(\.tls) == [true])
        }
        try await withSMTPServer { server in
            let outcome = await SMTPTransport(try settings(server, security: .implicitTLS)).send(try message())
            #expect(reason(outcome).hasPrefix("temporary: "))
            #expect(try server.accepted().isEmpty)
        }
    }

    @Test("A server that offers no STARTTLS gets neither the message nor the password")
    func noDowngrade() async throws {
        try await withSMTPServer(["--auth", "bridge:secret"]) { server in
            let settings = try settings(server, security: .startTLS, username: "bridge", password: "secret")
            let outcome = await SMTPTransport(settings).send(try message())
            #expect(outcome == .temporaryFailure("The server did not offer TLS, and nothing is sent without it."))
            #expect(try server.accepted().isEmpty)
        }
    }

    @Test("The right login is taken; a wrong one, or none, is a fault of the settings and not of the message")
    func authentication() async throws {
        try await withSMTPServer(["--auth", "bridge:s3cret pass", "--starttls-required"], tls: true) { server in
            var settings = try settings(
                server, security: .startTLS, username: "bridge", password: "s3cret pass", caFile: server.certificate)
            #expect(await SMTPTransport(settings).send(try message()) == .delivered)
            #expect(try server.accepted().map(\.login) == ["bridge"])

            settings.password = "wrong"
            let wrong = reason(await SMTPTransport(settings).send(try message()))
            #expect(wrong.hasPrefix("temporary: The server did not accept the user name and password"))
            #expect(wrong.contains("535"))
            settings.username = nil
            settings.password = nil
            let none = reason(await SMTPTransport(settings).send(try message()))
            #expect(none.hasPrefix("temporary: The server did not accept the user name and password"))
            #expect(try server.accepted().count == 1)
        }
    }

    @Test("A password is never sent in the clear to another machine, and does not print")
    func password() async throws {
        let settings = SMTPSettings(
            host: "192.0.2.1", port: 25, security: .none, username: "bridge", password: "hunter2",
            from: try MailAddress("a@bridge.example"),
            fromName: "")
        let outcome = await SMTPTransport(settings).send(try message())
        #expect(outcome == .temporaryFailure("The settings hold a password but no TLS; it is not sent in the clear."))
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped] { #expect(!text.contains("hunter2")) }
        #expect(settings.password == "hunter2")
    }

    @Test("4xx is temporary and 5xx permanent, at each step of the message", arguments: ["mail", "rcpt", "data"])
    func refusals(step: String) async throws {
        try await withSMTPServer(["--fail", "451", "--at", step]) { server in
            let outcome = reason(await SMTPTransport(try settings(server)).send(try message()))
            #expect(outcome.hasPrefix("temporary: Refused") && outcome.contains("(451 4.7.1)"), "\(outcome)")
            #expect(try server.accepted().isEmpty)
        }
        try await withSMTPServer(["--fail", "550", "--at", step]) { server in
            let outcome = reason(await SMTPTransport(try settings(server)).send(try message()))
            #expect(outcome.hasPrefix("permanent: Refused for good") && outcome.contains("(550 5.1.1)"), "\(outcome)")
            #expect(!outcome.contains("ana"))
            #expect(try server.accepted().isEmpty)
        }
    }

    @Test("A server that turns everyone away says nothing about the message, so it is tried again")
    func refusedGreeting() async throws {
        try await withSMTPServer(["--fail", "554", "--at", "connect"]) { server in
            let outcome = reason(await SMTPTransport(try settings(server)).send(try message()))
            #expect(outcome.hasPrefix("temporary: ") && outcome.contains("554"), "\(outcome)")
        }
    }

    @Test("A server that stalls is left after the timeout, to be tried again", arguments: ["connect", "rcpt", "data"])
    func stall(step: String) async throws {
        try await withSMTPServer(["--stall", "600", "--at", step]) { server in
            let clock = ContinuousClock()
            let start = clock.now
            let outcome = reason(await SMTPTransport(try settings(server, timeout: .seconds(1))).send(try message()))
            #expect(outcome.hasPrefix("temporary: The server did not answer in time"), "\(outcome)")
            #expect(clock.now - start < .seconds(300))
        }
    }

    @Test("A cut connection and a closed port are temporary")
    func noServer() async throws {
        try await withSMTPServer(["--drop-after-data"]) { server in
            let settings = try settings(server)
            #expect(reason(await SMTPTransport(settings).send(try message())).hasPrefix("temporary: "))
            server.stop()
            #expect(reason(await SMTPTransport(settings).send(try message())).hasPrefix("temporary: "))
        }
    }

    @Test("A cancelled send ends soon")
    func cancelled() async throws {
        try await withSMTPServer(["--stall", "600"]) { server in
            let transport = SMTPTransport(try settings(server, timeout: .seconds(600)))
            let message = try message()
            let clock = ContinuousClock()
            let start = clock.now
            let sending = Task { await transport.send(message) }
            try await Task.sleep(for: .milliseconds(300))
            sending.cancel()
            #expect(reason(await sending.value).hasPrefix("temporary: Sending was stopped"))
            #expect(clock.now - start < .seconds(300))
        }
    }

    @Test("Stalled sends hold up no other task")
    func offThePool() async throws {
        try await withSMTPServer(stalls: true) { server in
            let settings = try settings(server, timeout: .seconds(300))
            let message = try message()
            try await withThrowingTaskGroup(of: SMTPOutcome.self) { group in
                for _ in 0..<6 { group.addTask { await SMTPTransport(settings).send(message) } }
                while !FileManager.default.fileExists(atPath: server.mayAnswer.path + ".6") { try await Task.sleep(for: .milliseconds(10)) }
                for _ in 0..<10 { await Task.detached { await Task.yield() }.value }
                // Only now is anything answered: had the sends held up the others, this would not be reached before they gave up.
                try Data().write(to: server.mayAnswer)
                for try await outcome in group { #expect(outcome == .delivered) }
            }
        }
    }

    @Test(
        "Settings that name no host or port are refused before anything is sent",
        arguments: ["", "a b", "a/b", "a@b", "a\r\nb", "exa_mple"])
    func hosts(host: String) async throws {
        let settings = SMTPSettings(host: host, port: 25, security: .none, from: try MailAddress("a@bridge.example"), fromName: "")
        let outcome = await SMTPTransport(settings).send(try message())
        #expect(outcome == .temporaryFailure("The SMTP host or port in the settings is not valid."))
    }
}
