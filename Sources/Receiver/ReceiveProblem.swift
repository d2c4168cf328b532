/// Why receiving stopped as a whole; `explanation` says what happened, `remedy` what to do.
package enum ReceiveProblem: Error, Sendable, Equatable {
    case badAddress(String)
    case insecureAddress(String)
    /// The network rules refuse it; the reason goes on after the address.
    case forbiddenAddress(String, reason: String)
    /// No discovery document under any of the addresses tried.
    case nothingFound(from: String, tried: [String])
    case badDiscovery(address: String, reason: String)
    case badRedirectURI(String, reason: String)
    case cannotListen(String, reason: String)
    case authorizationTimedOut
    /// The member, or the plan, said no (`access_denied`).
    case denied(String?)
    case authorizationFailed(error: String, description: String?)
    /// RFC 9207: the answer came from another server than the one asked.
    case wrongIssuer(expected: String, got: String?)
    /// The token endpoint did not answer.
    case unreachable(String)
    case tokenRefused(error: String, description: String?)
    case tokenUnusable(String)
    case noPatient
    case differentMember(expected: String, got: String)
    case nothingToResume(String)
    case otherReceive(folder: String, what: String)
    case alreadyReceived(String)
    case folderNotEmpty(folder: String, found: String)
    case folderInUse(String)
    case cannotWrite(path: String, reason: String)
    case badState(path: String, reason: String)
    case interrupted
    /// The store did not take it; `isLost`: because the transfer is not this worker's any more.
    case notKept(String, isLost: Bool)

    package var explanation: String {
        switch self {
        case .badAddress(let text): "\"\(text)\" is not an http or https address."
        case .insecureAddress(let text): "\(text) is not https, and not on this computer; a token and health records would travel in clear."
        case .forbiddenAddress(let text, let reason): "\(text) \(reason); nothing was sent there."
        case .nothingFound(let from, let tried):
            "No SMART on FHIR server was found at \(from). Tried:\n" + tried.map { "  " + $0 }.joined(separator: "\n")
        case .badDiscovery(let address, let reason): "\(address) cannot be used: \(reason)."
        case .badRedirectURI(let text, let reason): "The redirect address \(text) cannot be used: \(reason)."
        case .cannotListen(let address, let reason): "Cannot listen at \(address): \(reason)."
        case .authorizationTimedOut: "The member did not finish in time; no answer came back."
        case .denied(let words): "Sharing was declined." + (words.map { " The health plan says: \($0)" } ?? "")
        case .authorizationFailed(let error, let words):
            "The health plan could not authorise this app: \(error)." + (words.map { " It says: \($0)" } ?? "")
        case .wrongIssuer(let expected, let got):
            "The answer came from \(got ?? "an unnamed server"), not from \(expected). It was not used."
        case .unreachable(let reason): "The health plan's token service did not answer: \(reason)."
        case .tokenRefused(let error, let words): "The health plan refused the token: \(error)." + (words.map { " It says: \($0)" } ?? "")
        case .tokenUnusable(let reason): "The health plan's token answer cannot be used: \(reason)."
        case .noPatient: "The token names no patient, so it is not known whose records these are. Nothing was read."
        case .differentMember(let expected, let got):
            "This folder holds records of patient \(expected), but patient \(got) was authorised now. Nothing was mixed."
        case .nothingToResume(let folder): "There is no interrupted receive in \(folder)."
        case .otherReceive(let folder, let what): "\(folder) holds an interrupted receive of another kind: \(what)."
        case .alreadyReceived(let folder): "\(folder) holds a finished receive already."
        case .folderNotEmpty(let folder, let found): "\(folder) is not empty: it holds \(found)."
        case .folderInUse(let folder): "Another receive is writing into \(folder)."
        case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)."
        case .badState(let path, let reason): "\(path) cannot be used: \(reason)."
        case .interrupted: "Interrupted. What was received so far is kept."
        case .notKept(let reason, _): "What was received could not be kept: \(reason)"
        }
    }

    package var remedy: String {
        switch self {
        case .badAddress: "Give the plan's address, such as https://api.example.com/r4."
        case .insecureAddress: "Use https. On a test network without real members, add --insecure."
        case .forbiddenAddress: "Use the plan's public https address, and register its port if it is another than 443."
        case .nothingFound: "Check the address with the health plan; it usually ends in /r4 or /fhir."
        case .badDiscovery: "Tell the health plan; its discovery document is public."
        case .badRedirectURI: "Register http://127.0.0.1:8765/callback with the health plan, and leave --redirect-uri out."
        case .cannotListen: "End the program that uses the port, or register and use another one."
        case .authorizationTimedOut: "Run the same command again; the member needs about two minutes."
        case .denied: "Ask the member again if this was not meant; run the same command again."
        case .authorizationFailed: "Check client id, redirect address and scope against the registration."
        case .wrongIssuer: "Do not try again before the health plan has explained it."
        case .unreachable: "Run the same command again later; it goes on where it stopped."
        case .tokenRefused: "Check client id and secret; if they are right, run the same command again for a new code."
        case .tokenUnusable, .noPatient: "Ask for the scope launch/patient; if it was asked for, tell the health plan."
        case .differentMember: "Run again with the right member, or receive into another folder."
        case .nothingToResume: "Run it without an interrupted download in that folder to begin."
        case .otherReceive, .alreadyReceived, .folderNotEmpty: "Choose another folder with --out."
        case .folderInUse: "Wait for it, or choose another folder with --out."
        case .cannotWrite: "Free space or rights, then run the same command again; it goes on where it stopped."
        case .badState: "Remove that file to begin anew, or choose another folder with --out."
        case .interrupted, .notKept: "Run the same command again; it goes on where it stopped."
        }
    }
}

extension ReceiveProblem: CustomStringConvertible {
    package var description: String { explanation + "\n" + remedy }
}
