import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// The answer of the other plan, carried here by the member's browser. RFC 6749 §4.1.2, RFC 9207.
enum RecordCallback {
    static func take(_ call: RecordCall) async throws -> Response {
        guard let form = try? FormParameters(query: call.request.uri.query), let state = try? form.single("state"),
            state.utf8.count <= 128, let awaited = try call.store.awaited(state: SecretHash(of: state), plan: call.plan.key)
        else { return call.notice(.answerNotOurs, .badRequest) }
        let transfer = awaited.transfer
        // Only in the browser that was sent: otherwise someone could put their own record into another's.
        guard let session = call.session, session.member == transfer.member else { return call.notice(.answerNotOurs, .forbidden) }
        let page = "\(call.root)/transfers/\(transfer.id)"
        // Coming back once more, by the back button or a reload, changes nothing.
        guard transfer.state == .authorizing else { return Answer.seeOther(page) }
        if let problem = problem(form, awaited) {
            try await call.store.move(
                transfer, .member, .decline, sealedCode: nil, problem: problem,
                audit: call.audit("transfer.decline", "transfer \(transfer.id)", detail: problem.kind.rawValue), at: call.now)
            return Answer.seeOther(page)
        }
        guard let code = try? form.single("code"), (1...4096).contains(code.utf8.count) else {
            return call.notice(.answerNotOurs, .badRequest)
        }
        let sealed = try call.receiving.sealing.seal(Array(code.utf8), Transfer.context(id: transfer.id, "code"))
        try await call.store.move(
            transfer, .member, .authorize, sealedCode: sealed, problem: nil,
            audit: call.audit("transfer.authorize", "transfer \(transfer.id)"), at: call.now)
        return Answer.seeOther(page)
    }

    /// Nil for an answer with a code from the right server.
    private static func problem(_ form: FormParameters, _ awaited: AwaitedAnswer) -> TransferProblem? {
        let sender = (try? form.single("iss")) ?? nil
        if let expected = awaited.issuer {
            if let sender, !sender.utf8.elementsEqual(expected.utf8) {
                return TransferProblem(.wrongAnswer, "The answer came from another server (\(sender.prefix(200))), not from \(expected).")
            }
            if sender == nil, awaited.needsIssuer {
                return TransferProblem(
                    .wrongAnswer, "The answer does not say that it comes from \(expected), though that server always does.")
            }
        }
        guard let error = (try? form.single("error")) ?? nil else { return nil }
        let words = ((try? form.single("error_description")) ?? nil).map { ": \($0.prefix(300))" } ?? ""
        return error == "access_denied"
            ? TransferProblem(.declined, "The member, or the other plan, said no" + words)
            : TransferProblem(.refused, "The other plan could not authorise: \(error.prefix(80))" + words)
    }
}
