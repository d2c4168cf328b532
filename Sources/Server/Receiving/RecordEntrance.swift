import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// How a member comes to their record pages: by choosing (sandbox), by a mailed code, or by a link that the plan's own portal signed.
enum RecordEntrance {
    static let rows: [RecordDoor.Row] = [
        .init(method: .get, path: "", isOpen: true) { call in
            if call.session != nil { return try RecordSurface.home(call) }
            return try entrance(call, [])
        },
        .init(method: .post, path: "/choose", isOpen: true, handle: choose),
        .init(method: .post, path: "/sign-in", isOpen: true, handle: sendCode),
        .init(method: .post, path: "/code", isOpen: true, handle: takeCode),
        .init(method: .get, path: "/enter", isOpen: true, handle: enter),
        .init(method: .post, path: "/sign-out", isOpen: true, handle: signOut),
    ]

    private static let codesPerMemberID = AttemptLimits.Limit(5, per: 3600)

    private static func entrance(_ call: RecordCall, _ problems: [PortalProblem]) throws -> Response {
        var choices: [RecordEntrancePage.Choice] = []
        if case .choose(let memberIDs) = call.receiving.entrance {
            for id in memberIDs {
                for member in try call.store.members(memberID: id, plan: call.plan.key) {
                    choices.append(.init(memberID: member.memberID, name: member.name, birthDate: member.birthDate))
                }
            }
        }
        let page = RecordEntrancePage(frame: call.frame, choices: choices, values: call.input.values, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func choose(_ call: RecordCall) async throws -> Response {
        guard case .choose(let memberIDs) = call.receiving.entrance, memberIDs.contains(call.input[.memberID]),
            let member = try call.store.members(memberID: call.input[.memberID], plan: call.plan.key).first
        else { throw Refusal(.notFound, "There is no such member.") }
        return try await call.door.signIn(member.key, call, how: "chosen in the sandbox")
    }

    /// The same is done, kept and said whether or not the details are someone's.
    private static func sendCode(_ call: RecordCall) async throws -> Response {
        let say: (String, String) -> String = { call.language == .spanish ? $1 : $0 }
        var problems: [PortalProblem] = []
        if call.input[.memberID].isEmpty { problems.append(.said(.memberID, say("Enter your member ID", "Escriba su número de miembro"))) }
        let birthDate = BirthDate.parse(call.input[.birthDate])
        if birthDate == nil {
            problems.append(
                .said(.birthDate, say("Enter your birth date, like 01/04/1980", "Escriba su fecha de nacimiento, como 01/04/1980")))
        }
        guard problems.isEmpty, let birthDate else { return try entrance(call, problems) }
        let attempt = Attempt(.codeToAddress, plan: call.plan.key, subject: "record|" + MemberDetails.identifier(call.input[.memberID]))
        guard try await call.store.count(attempt, limit: codesPerMemberID) else { return call.notice(.tooMany, .tooManyRequests) }
        let member = try call.store.members(memberID: call.input[.memberID], plan: call.plan.key).first {
            $0.birthDate.utf8.elementsEqual(birthDate.utf8) && $0.email != nil
        }
        let secret = Secret.make(.transaction)
        let code = EmailCode.make()
        let mail = member.flatMap(\.email).map { address in
            let letter = RecordCodeMail(
                language: call.language, planName: call.plan.name, code: code.digits, minutes: RecordSignIn.minutes)
            return OutgoingMail(to: address, subject: letter.subject, text: letter.text)
        }
        try await call.store.keep(
            RecordSignIn(
                id: secret.hash, plan: call.plan.key, member: member?.key,
                codeMAC: code.mac(key: call.site.keys.emailCode, context: secret.text),
                expiresAt: call.now.adding(seconds: RecordSignIn.minutes * 60)), sending: mail, at: call.now)
        return codePage(call, secret.text, [])
    }

    private static func codePage(_ call: RecordCall, _ signIn: String, _ problems: [PortalProblem]) -> Response {
        let mailURL = call.site.sandbox == nil ? nil : call.site.publicAddress + "/sandbox/mail"
        return call.show(
            RecordCodePage(frame: call.frame, signIn: signIn, mailURL: mailURL, problems: problems).html(), isProblem: !problems.isEmpty)
    }

    private static func takeCode(_ call: RecordCall) async throws -> Response {
        let say: (String, String) -> String = { call.language == .spanish ? $1 : $0 }
        guard let text = call.input.form.value("sign_in"), let secret = Secret(text, kind: .transaction) else {
            return call.notice(.formExpired, .forbidden)
        }
        guard let code = EmailCode(typed: call.input[.code]) else {
            return codePage(call, text, [.said(.code, say("Enter the 6 digits from the mail", "Escriba los 6 dígitos del correo"))])
        }
        let answer = try await call.store.answer(
            signIn: secret.hash, codeMAC: code.mac(key: call.site.keys.emailCode, context: secret.text), plan: call.plan.key, at: call.now)
        switch answer {
        case .signedIn(let member): return try await call.door.signIn(member, call, how: "code by mail")
        case .wrong:
            return codePage(
                call, text,
                [.said(.code, say("That code is not right. Use the newest one.", "Ese código no es correcto. Use el más nuevo."))])
        case .ended: return call.notice(.linkUsed, .gone)
        }
    }

    /// The plan's own portal has its member signed in already and says so, for five minutes and once. RFC 7519, RFC 7515 §A.1 (HS256).
    private static func enter(_ call: RecordCall) async throws -> Response {
        guard let key = call.receiving.linkKey, let text = call.query("token") else { return call.notice(.notFound, .notFound) }
        let audience = call.root + "/enter"
        guard let link = await SignedLink.verified(text, key: key, audience: audience, now: call.now.seconds),
            let member = try call.store.members(memberID: link.subject, plan: call.plan.key).first,
            try await call.store.useLink(link.hash, plan: call.plan.key, until: call.now.adding(seconds: 3600))
        else { return call.notice(.linkUsed, .forbidden) }
        return try await call.door.signIn(member.key, call, how: "the plan’s signed link")
    }

    private static func signOut(_ call: RecordCall) async throws -> Response {
        if let session = call.session { try await call.store.end(session) }
        return Answer.seeOther(call.root, call.door.signOut())
    }
}
