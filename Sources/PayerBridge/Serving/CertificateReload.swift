import Logging
import Server
import ServiceLifecycle
import UnixSignals

/// On SIGHUP reads the certificate again. Without TLS of its own the signal changes nothing, and it does not end the server.
struct CertificateReload: Service {
    let certificate: ServerCertificate?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) { reload() }
        }
    }

    private func reload() {
        guard let certificate else { return Console.say("SIGHUP: there is no tls in the configuration, so nothing was read again.") }
        do throws(ServerCertificate.Problem) {
            try certificate.reload()
            Console.say("SIGHUP: new connections have the new certificate.")
        } catch {
            logger.error("the new certificate was refused; the old one stays", metadata: ["reason": "\(error.description)"])
        }
    }
}
