import Foundation
import NIOSSL
import Synchronization

/// The certificate with which the server speaks TLS itself; it can be exchanged while connections go on.
///
/// TLS 1.2 and 1.3, suites with forward secrecy and authenticated encryption alone (RFC 9325 §3.1, §4.2), ALPN `http/1.1`.
package final class ServerCertificate: Sendable {
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    private struct State {
        var context: NIOSSLContext
        var notAfter: Int
    }

    private let certificatePath: String
    private let keyPath: String
    private let state: Mutex<State>

    /// `certificate` is a PEM file with the chain, the server's own first; `key` one with its private key, not to be read by everyone.
    package init(certificate: String, key: String) throws(Problem) {
        (certificatePath, keyPath) = (certificate, key)
        state = Mutex(try Self.load(certificate, key))
    }

    /// What a new connection begins with; those that are there keep what they began with.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// When it runs out, in seconds since 1970.
    package var notAfter: Int { state.withLock { $0.notAfter } }

    /// Reads the files again. When they do not make a certificate that is good today, it throws and everything stays as it was.
    package func reload() throws(Problem) {
        let fresh = try Self.load(certificatePath, keyPath)
        guard fresh.notAfter > Int(Date().timeIntervalSince1970) else { throw Problem(description: "\(certificatePath) has run out.") }
        state.withLock { $0 = fresh }
    }

    private static func load(_ certificate: String, _ key: String) throws(Problem) -> State {
        let chain: [NIOSSLCertificate]
        let secret: NIOSSLPrivateKey
        do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
            throw Problem(description: "\(certificate) holds no certificate in PEM that can be read.")
        }
        guard let first = chain.first else { throw Problem(description: "\(certificate) holds no certificate in PEM that can be read.") }
        guard let mode = try? FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? NSNumber else {
            throw Problem(description: "\(key) cannot be read.")
        }
        guard mode.intValue & 0o007 == 0 else {
            throw Problem(description: "\(key) can be read by everyone. Mend it with: chmod o= \(key)")
        }
        do { secret = try NIOSSLPrivateKey(file: key, format: .pem) } catch {
            throw Problem(description: "\(key) holds no private key in PEM that can be read.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(secret))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        configuration.applicationProtocols = ["http/1.1"]
        do { return State(context: try NIOSSLContext(configuration: configuration), notAfter: first.notValidAfter) } catch {
            throw Problem(description: "The key in \(key) does not belong to the certificate in \(certificate).")
        }
    }
}
