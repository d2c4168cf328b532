import Exchange
import FHIR
import Hummingbird
import Pages
import Trust

/// Where an account is signed in, and a new password for it.
extension PortalAPIRoutes {
    static let sessions: [PortalAPIRoute] = [
        PortalAPIRoute(.delete, "/session", "signOut", "End this session", [Said(204, "Ended"), noSession, unavailable]) { call in
            if let session = call.session { try await SettingsSurface.end(session.key, call) }
            return Response(status: .noContent)
        },
        PortalAPIRoute(
            .get, "/sessions", "listSessions", "Where you are signed in, browsers and tokens alike",
            [Said(200, "All that are live", "Sessions"), noSession, unavailable]
        ) { call in
            let live = try SettingsSurface.live(call)
            return PortalAPI.object { root in
                root.list("sessions", live) { entry, session in
                    entry.member("number", Int(session.key.number))
                    entry.member("agent", session.agent)
                    entry.member("since", session.createdAt.instant)
                    entry.member("seenAt", session.seenAt.instant)
                    entry.member("isThis", session.key == call.session?.key)
                }
            }
        },
        PortalAPIRoute(
            .delete, "/sessions/{session}", "endSession", "End another session of yours",
            [Said(204, "Ended"), noSession, notFound, unavailable]
        ) { call in
            guard let session = try SettingsSurface.live(call).first(where: { String($0.key.number) == call.parameter("session") }) else {
                throw Refusal(.notFound, "There is no such session.")
            }
            try await SettingsSurface.end(session.key, call)
            return Response(status: .noContent)
        },
        PortalAPIRoute(
            .post, "/password", "askPassword", "Ask for a new password; a mail brings the link", isOpen: true,
            body: .object([.init("email")]),
            [Said(202, "Look into the mailbox; the same for an address without an account"), invalid, problems, unavailable]
        ) { call in
            guard let address = EmailAddress(call.input[.email]) else { return PortalAPI.problems([.invalidEmail(.email)]) }
            guard try await PasswordSurface.ask(newPassword: address, call) else { return PortalAPI.problems([.tooManyFromHere]) }
            return Response(status: .accepted, headers: [.cacheControl: "no-store"])
        },
        PortalAPIRoute(
            .post, "/password/confirmation", "setPassword",
            "Set the new password with the last part of the mail's link; every session ends",
            isOpen: true, body: .object([.init("link"), .init("password")]), [Said(204, "Set"), invalid, gone, problems, unavailable]
        ) { call in
            switch try await PasswordSurface.set(newPassword: Secret(call.input[.link], kind: .emailLink)?.hash, call) {
            case .set: return Response(status: .noContent)
            case .gone: return PortalAPI.error(.gone, "The link was used or has run out.")
            case .problem(let problem): return PortalAPI.problems([problem])
            }
        },
    ]
}
