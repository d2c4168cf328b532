package import Exchange
package import Foundation
package import Logging
import ServiceLifecycle

/// Sends what lies in the outbox: at each wakeup and every few seconds it claims what is due, sends it, and marks how that went.
///
/// At least once: only a crash or a lost answer between the server's reply and the mark makes a second copy, and that has the
/// same Message-ID. Logs name ids and outcomes, never an address, a subject or a text.
package struct OutboxDelivery: Service {
    private let outbox: any Outbox
    private let transport: SMTPTransport
    private let settings: SMTPSettings
    private let logger: Logger
    private let pollInterval: Duration
    private let now: @Sendable () -> Date

    package init(
        outbox: any Outbox, transport: SMTPTransport, settings: SMTPSettings, logger: Logger, pollInterval: Duration = .seconds(5),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.outbox = outbox
        self.transport = transport
        self.settings = settings
        self.logger = logger
        self.pollInterval = pollInterval
        self.now = now
    }

    /// Returns after a graceful shutdown, when the message in hand is done, or when its task is cancelled.
    package func run() async throws {
        let (turns, turn) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        turn.yield()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in outbox.wakeups() { turn.yield() }
            }
            group.addTask {
                while (try? await Task.sleep(for: pollInterval)) != nil { turn.yield() }
            }
            await withGracefulShutdownHandler {
                for await _ in turns { await sendAllDue() }
            } onGracefulShutdown: {
                turn.finish()
            }
            group.cancelAll()
        }
    }

    private var isLeaving: Bool { Task.isCancelled || Task.isShuttingDownGracefully }

    /// One claim, one message: the lease can then be short, and what a crash leaves behind is sent within two minutes.
    private func sendAllDue() async {
        let lease = settings.totalTimeout + .seconds(30)
        while !isLeaving {
            do {
                guard let entry = try await outbox.claimDue(limit: 1, lease: lease).first else { return }
                await handle(entry)
            } catch {
                return logger.error("the outbox could not be read", metadata: ["error": "\(type(of: error))"])
            }
        }
    }

    private func handle(_ entry: OutboxEntry) async {
        let outcome = entry.attempts < RetrySchedule.maximumAttempts ? await send(entry) : .permanentFailure("It was tried too often.")
        switch outcome {
        case .delivered:
            logger.info("mail delivered", metadata: ["outbox": "\(entry.id)", "attempt": "\(entry.attempts + 1)"])
            await mark(entry.id) { try await outbox.delivered(entry.id) }
            return
        case .temporaryFailure(let reason):
            let retryAt = RetrySchedule.retry(attempts: entry.attempts, createdAt: entry.createdAt, now: now())
            await mark(entry.id) { try await outbox.failed(entry.id, reason: reason, retryAt: retryAt) }
            report(entry, reason, retryAt)
        case .permanentFailure(let reason):
            await mark(entry.id) { try await outbox.failed(entry.id, reason: reason, retryAt: nil) }
            report(entry, reason, nil)
        }
    }

    private func send(_ entry: OutboxEntry) async -> SMTPOutcome {
        let message: MailMessage
        do {
            message = try MailMessage(
                from: settings.from, fromName: settings.fromName, to: MailAddress(entry.to), subject: entry.subject, text: entry.text,
                messageID: entry.messageID(domain: settings.from.domain), date: entry.createdAt)
        } catch let problem as MailAddress.Problem {
            return .permanentFailure(problem.explanation)
        } catch {
            return .permanentFailure("The message could not be written: \(error).")
        }
        return await transport.send(message)
    }

    private func report(_ entry: OutboxEntry, _ reason: String, _ retryAt: Date?) {
        let facts: Logger.Metadata = ["outbox": "\(entry.id)", "attempt": "\(entry.attempts + 1)", "reason": "\(reason)"]
        if let retryAt {
            logger.warning("mail not delivered, will be tried again", metadata: facts.merging(["retryAt": "\(retryAt)"]) { old, _ in old })
        } else {
            logger.error("mail not delivered, given up", metadata: facts)
        }
    }

    /// In a task of its own, so that a cancelled delivery still says what happened: an unmarked entry would be sent again.
    private func mark(_ id: Int64, _ write: @escaping @Sendable () async throws -> Void) async {
        let logger = logger
        await Task {
            for wait in [Duration.milliseconds(100), .seconds(1), nil] {
                do {
                    return try await write()
                } catch {
                    logger.error("the outbox could not be marked", metadata: ["outbox": "\(id)", "error": "\(type(of: error))"])
                    if let wait { try? await Task.sleep(for: wait) }
                }
            }
        }.value
    }
}
