import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Every request of the JSON interface; the OpenAPI document is made of the same rows.
enum PortalAPIRoutes {
    typealias Said = PortalAPIRoute.Answer

    static let invalid = Said(400, "The body is not what this document says", "Error")
    static let noSession = Said(401, "No live session", "Error")
    static let forbidden = Said(403, "Something else comes first", "Error")
    static let notFound = Said(404, "Nothing of yours is there", "Error")
    static let conflict = Said(409, "It moved on meanwhile", "Error")
    static let gone = Said(410, "The link was used or has run out", "Error")
    static let problems = Said(422, "What is wrong with the members", "Problems")
    static let unavailable = Said(503, "Try again shortly", "Error")
    static let app = "/applications/{client}"

    static let all: [PortalAPIRoute] =
        accounts + sessions + applications + requests + trying + verification + production + files + redirects + downloads

    // MARK: Accounts

    private static let accounts: [PortalAPIRoute] = [
        PortalAPIRoute(
            .post, "/accounts", "createAccount", "Ask for an account; a mail brings the link", isOpen: true,
            body: .object([.init("name"), .init("email"), .init("password")]),
            [Said(202, "Look into the mailbox; the same for an address that has an account"), invalid, problems, unavailable]
        ) { call in
            let found = try await AccountSurface.ask(call)
            return found.isEmpty ? Response(status: .accepted, headers: [.cacheControl: "no-store"]) : PortalAPI.problems(found)
        },
        PortalAPIRoute(
            .post, "/accounts/confirmation", "confirmAccount", "Confirm the address with the last part of the mail's link", isOpen: true,
            body: .object([.init("link"), .init("password")]), [Said(201, "Signed in", "Session"), invalid, gone, problems, unavailable]
        ) { call in
            guard let link = Secret(call.input[.link], kind: .emailLink)?.hash else {
                return PortalAPI.error(.gone, "The link is not known.")
            }
            switch try await AccountSurface.confirmed(link, call) {
            case .account(let account): return try await begin(account, call)
            case .gone: return PortalAPI.error(.gone, "The link was used or has run out.")
            case .problem(let problem): return PortalAPI.problems([problem])
            }
        },
        PortalAPIRoute(
            .post, "/session", "signIn", "Sign in; an account with a second factor also sends its code", isOpen: true,
            body: .object([.init("email"), .init("password"), .init("code", optional: true)]),
            [Said(201, "Signed in", "Session"), invalid, problems, unavailable]
        ) { call in
            switch try await AccountSurface.verdict(call.input, call) {
            case .right(let account): return try await begin(account, call)
            case .wrong: return PortalAPI.problems([.wrongSignIn])
            case .tooMany: return PortalAPI.problems([.tooManyAttempts])
            case .tooManyFromHere: return PortalAPI.problems([.tooManyFromHere])
            case .busy: return PortalAPI.problems([.busy])
            }
        },
    ]

    private static func begin(_ account: Account, _ call: PortalCall) async throws -> Response {
        let begun = try await AccountSurface.start(account, call)
        if begun.stage == .password {
            guard let session = try call.store.session(begun.secret.hash), try await SettingsSurface.lift(session, call) else {
                return PortalAPI.problems([.wrongCode])
            }
        }
        return PortalAPI.object(.created) {
            $0.member("token", begun.secret.text)
            $0.member("expiresAt", call.now.adding(seconds: Session.hours * 3600).instant)
        }
    }

    // MARK: Applications

    private static let details = PortalAPIRoute.Body.object([
        .init("app_name"), .init("description"), .init("home_page"), .init("redirect_uris", .texts),
    ])

    private static let applications: [PortalAPIRoute] = [
        PortalAPIRoute(
            .get, "/applications", "listApplications", "Your applications",
            [Said(200, "All of them", "Applications"), noSession, unavailable]
        ) { call in
            let known = try call.store.applications(of: try call.account().key)
            return try PortalAPI.object { root in
                try root.list("applications", known) { try PortalAPIWords.write($1, &$0, call) }
            }
        },
        PortalAPIRoute(
            .post, "/applications", "createApplication", "Create an application; the secret comes this once", body: details,
            [Said(201, "Made", "Application"), invalid, noSession, problems, unavailable]
        ) { call in
            let read = ApplicationSurface.read(call.input)
            guard let details = read.details else { return PortalAPI.problems(read.problems) }
            let made = try await ApplicationSurface.add(details, call)
            guard let application = try call.store.application(clientID: made.clientID) else { throw Refusal(.unavailable, "") }
            return try PortalAPI.object(.created) { try PortalAPIWords.write(application, &$0, call, secret: made.secret) }
        },
        PortalAPIRoute(
            .get, app, "readApplication", "One application, and where it stands",
            [Said(200, "It", "Application"), noSession, notFound, unavailable]
        ) { call in
            let application = try ApplicationSurface.own(call)
            return try PortalAPI.object { try PortalAPIWords.write(application, &$0, call) }
        },
        PortalAPIRoute(
            .put, app, "changeApplication", "Change an application", body: details,
            [Said(200, "Changed", "Application"), invalid, noSession, forbidden, notFound, conflict, problems, unavailable]
        ) { call in
            let application = try ApplicationSurface.changeable(call)
            let read = ApplicationSurface.read(call.input)
            guard let details = read.details else { return PortalAPI.problems(read.problems) }
            guard try await ApplicationSurface.change(application, details, call) else { throw Refusal(.conflict, "It changed meanwhile.") }
            let changed = try ApplicationSurface.own(call)
            return try PortalAPI.object { try PortalAPIWords.write(changed, &$0, call) }
        },
        PortalAPIRoute(
            .post, app + "/secrets", "replaceSecret", "A new secret; the one before works for the days of overlap",
            body: .object([.init("overlap", .number([0, 1, 7, 30]))]),
            [Said(201, "The new secret", "Secret"), invalid, noSession, forbidden, notFound, problems, unavailable]
        ) { call in
            let application = try ApplicationSurface.own(call)
            guard let secret = try await SecretSurface.rotate(application, call) else { return PortalAPI.problems([.missing(.overlap)]) }
            return PortalAPI.object(.created) {
                $0.member("clientId", application.clientID)
                $0.member("clientSecret", secret.text)
            }
        },
        PortalAPIRoute(
            .delete, app + "/secrets/before", "retireSecret", "End the secret before at once, when a new one has taken its place",
            [Said(204, "Nothing but the newest works"), noSession, forbidden, notFound, unavailable]
        ) { call in
            try await SecretSurface.retireOld(try ApplicationSurface.own(call), call)
            return Response(status: .noContent)
        },
        PortalAPIRoute(
            .post, app + "/syncs", "retrySyncs", "Try again at once what could not be synced",
            [Said(204, "Due at once"), noSession, notFound, unavailable]
        ) { call in
            try await call.store.retrySyncs(of: try ApplicationSurface.own(call).key, at: call.now)
            return Response(status: .noContent)
        },
    ]

    private static let requests: [PortalAPIRoute] = [
        PortalAPIRoute(
            .get, app + "/requests", "listRequests", "What the application asked the sandbox in the last 7 days, newest first",
            query: RequestLogSurface.queryNames, [Said(200, "A page of them", "Requests"), noSession, notFound, problems, unavailable]
        ) { call in
            let application = try ApplicationSurface.own(call)
            let asked = RequestLogSurface.read(call)
            guard asked.problems.isEmpty else { return PortalAPI.problems(asked.problems) }
            let found = try await RequestLogSurface.find(asked, application, call)
            return PortalAPI.object { root in
                root.list("requests", found.page.requests) { PortalAPIWords.write($1, &$0) }
                root.member("dropped", found.dropped)
                if let next = found.page.next { root.member("before", String(next)) }
            }
        }
    ]

    private static let files: [PortalAPIRoute] = [
        PortalAPIRoute(
            .put, app + "/logo", "setLogo", "The picture that members see: PNG, JPEG or WebP up to 200 KB, each side 32 to 1024 pixels",
            body: .file, [Said(204, "Kept"), noSession, forbidden, notFound, conflict, problems, unavailable]
        ) { call in
            _ = try ApplicationSurface.changeable(call)
            guard let body = try? await call.request.body.collect(upTo: AppLogo.mostBytes) else {
                return PortalAPI.problems([.logoTooLarge])
            }
            let found = try await LogoSurface.set(Array(body.readableBytesView), of: try ApplicationSurface.changeable(call), call)
            return found.isEmpty ? Response(status: .noContent) : PortalAPI.problems(found)
        },
        PortalAPIRoute(
            .delete, app + "/logo", "removeLogo", "Take the logo away",
            [Said(204, "Gone"), noSession, forbidden, notFound, conflict, unavailable]
        ) { call in
            guard try await LogoSurface.keep(nil, of: try ApplicationSurface.changeable(call), call) else {
                throw Refusal(.conflict, "It changed meanwhile.")
            }
            return Response(status: .noContent)
        },
        PortalAPIRoute(
            .post, app + "/production/evidence", "addEvidence",
            "Add a picture, a document or a recording to the request; its title is in the query", query: ["title"], body: .file,
            [Said(201, "Added", "Production"), noSession, forbidden, notFound, problems, unavailable]
        ) { call in
            let (application, request) = try await ProductionSurface.opened(call)
            let title = call.query("title") ?? "file"
            let found = try await ProductionSurface.add(to: request, of: application, call) { incoming in
                incoming = try await call.evidenceUpload()
                for try await part in call.request.body { try await incoming?.add(Array(part.readableBytesView)) }
                guard incoming?.count ?? 0 > 0 else { return nil }
                return try await incoming?.finish(title: title)
            }
            guard found.isEmpty else { return PortalAPI.problems(found) }
            var response = try await production(call)
            response.status = .created
            return response
        },
        PortalAPIRoute(
            .delete, app + "/production/evidence/{number}", "removeEvidence", "Take a file out of the request",
            [Said(204, "Gone"), noSession, forbidden, notFound, problems, unavailable]
        ) { call in
            let (application, request) = try await ProductionSurface.opened(call)
            let found = try await ProductionSurface.remove(call.parameter("number"), of: request, application, call)
            return found.isEmpty ? Response(status: .noContent) : PortalAPI.problems(found)
        },
    ]

    // MARK: Verification

    private static let verification: [PortalAPIRoute] =
        [
            PortalAPIRoute(
                .get, app + "/verification", "readVerification", "The verification of the organization",
                [Said(200, "It", "Verification"), noSession, notFound, unavailable]
            ) { call in try verification(try ApplicationSurface.own(call), call) },
            PortalAPIRoute(
                .post, app + "/verification", "submitVerification", "Ask for the verification, or ask again",
                body: .object([
                    .init("contact_name"), .init("company"), .init("website"), .init("work_email"), .init("domain_reason", optional: true),
                    .init("naic", optional: true), .init("ein", optional: true), .init("npi", optional: true), .init("sponsor_name"),
                    .init("sponsor_role"), .init("sponsor_email"),
                ]), [Said(200, "Sent", "Verification"), invalid, noSession, forbidden, notFound, conflict, problems, unavailable]
            ) { call in
                let application = try ApplicationSurface.own(call)
                let found = try await VerificationSurface.send(application, call)
                return found.isEmpty ? try verification(application, call) : PortalAPI.problems(found)
            },
        ]
        + [(Verification.Action.answer, true), (.remind, false), (.withdraw, false)].map { action, hasWords in
            PortalAPIRoute(
                .post, app + "/verification/" + action.rawValue, action.rawValue + "Verification", CaseWords.choice(action.rawValue),
                body: hasWords ? .object([.init("message")]) : .none,
                [Said(200, "Done", "Verification"), noSession, forbidden, notFound, conflict, problems, unavailable]
                    + (hasWords ? [invalid] : [])
            ) { call in
                let application = try ApplicationSurface.own(call)
                let found = try await VerificationSurface.move(action, application, call)
                return found.isEmpty ? try verification(application, call) : PortalAPI.problems(found)
            }
        }

    private static func verification(_ application: DeveloperApp, _ call: PortalCall) throws -> Response {
        guard let verification = try call.store.verification(of: application.key) else { throw Refusal(.notFound, "") }
        return try PortalAPI.object { try PortalAPIWords.write(verification, &$0, call) }
    }

    // MARK: Production

    private static let production: [PortalAPIRoute] =
        [
            PortalAPIRoute(
                .get, app + "/production", "readProduction", "The request for production access",
                [Said(200, "It", "Production"), noSession, forbidden, notFound, unavailable]
            ) { call in try await production(call) },
            PortalAPIRoute(
                .post, app + "/production/submission", "submitProduction", "Send the request",
                body: .object([.init("note", optional: true)]),
                [Said(200, "Sent", "Production"), invalid, noSession, forbidden, notFound, problems, unavailable]
            ) { call in
                let (application, request) = try await ProductionSurface.opened(call)
                let found = try await ProductionSurface.send(request, application, call)
                return found.isEmpty ? try await production(call) : PortalAPI.problems(found)
            },
        ]
        + [(ProductionRequest.Action.answer, true), (.withdraw, false)].map { action, hasWords in
            PortalAPIRoute(
                .post, app + "/production/" + action.rawValue, action.rawValue + "Production", CaseWords.choice(action.rawValue),
                body: hasWords ? .object([.init("message")]) : .none,
                [Said(200, "Done", "Production"), noSession, forbidden, notFound, problems, unavailable] + (hasWords ? [invalid] : [])
            ) { call in
                let (application, request) = try await ProductionSurface.opened(call)
                let found = try await ProductionSurface.move(action, request, application, call)
                return found.isEmpty ? try await production(call) : PortalAPI.problems(found)
            }
        }

    private static func production(_ call: PortalCall) async throws -> Response {
        let (application, request) = try await ProductionSurface.opened(call)
        return try PortalAPI.object { try PortalAPIWords.write(request, application, &$0, call) }
    }
}
