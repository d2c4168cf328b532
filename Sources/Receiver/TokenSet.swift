import FHIR
import Trust

/// What the token endpoint gave. RFC 6749 §5.1; SMART App Launch 2.2.0, Access token response.
struct TokenSet: Sendable, PrivateValue {
    var access: String
    var refresh: String?
    /// When `access` ends, as announced; nil when it was not.
    var expires: Timestamp?
    /// The logical id of the Patient in context; a refresh may leave it out.
    var patient: String?

    /// Reads a 200 answer.
    init(_ body: [UInt8], now: Timestamp) throws(ReceiveProblem) {
        let read: Result<TokenSet, ReceiveProblem>
        do {
            read = try JSONParser().withDocument(body) { root in
                Result { () throws(ReceiveProblem) in try TokenSet(root, now: now) }
            }
        } catch {
            throw .tokenUnusable("it is not JSON")
        }
        self = try read.get()
    }

    private init(_ root: JSONValue, now: Timestamp) throws(ReceiveProblem) {
        guard let access = root["access_token"]?.string, Self.isSendable(access) else {
            throw .tokenUnusable("there is no access_token of visible ASCII characters")
        }
        guard let type = root["token_type"]?.string, type.lowercased().utf8.elementsEqual("bearer".utf8) else {
            throw .tokenUnusable("its token_type is not Bearer")
        }
        self.access = access
        if let refresh = root["refresh_token"]?.string {
            guard Self.isSendable(refresh) else { throw .tokenUnusable("the refresh_token holds characters that none may hold") }
            self.refresh = refresh
        }
        // Some servers write the number as a text.
        let seconds = (root["expires_in"]?.token ?? root["expires_in"]?.string).flatMap { Int($0) }
        if let seconds, (0...315_360_000).contains(seconds) { expires = now.adding(seconds: seconds) }
        if let value = root["patient"], value.kind != .null {
            guard let id = value.text.flatMap({ ResourceID($0) }) else { throw .tokenUnusable("its patient is not a FHIR id") }
            patient = id.text
        }
    }

    init(access: String, refresh: String?, expires: Timestamp?, patient: String?) {
        (self.access, self.refresh, self.expires, self.patient) = (access, refresh, expires, patient)
    }

    /// A token goes into a header: anything else could end the line.
    private static func isSendable(_ token: String) -> Bool {
        (1...16_384).contains(token.utf8.count) && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
