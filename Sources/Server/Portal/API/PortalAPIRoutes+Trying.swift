import Exchange
import FHIR
import Hummingbird
import Pages
import Trust

/// "Try it": walks through the exchange as a test member of the sandbox.
extension PortalAPIRoutes {
    static let trying: [PortalAPIRoute] = [
        PortalAPIRoute(
            .post, app + "/walks", "tryWalk", "Walk through the exchange as a test member of the sandbox; each request and its answer",
            body: .object([.init("member"), .init("redirect_uri", optional: true)]),
            [Said(201, "Walked", "Walk"), invalid, noSession, forbidden, notFound, problems, unavailable]
        ) { call in
            switch try await TrySurface.begin(call) {
            case .failure(let found): return PortalAPI.problems(found.all)
            case .success(let run): return PortalAPI.object(.created) { PortalAPIWords.write(run, &$0) }
            }
        },
        PortalAPIRoute(
            .post, app + "/test-members/{member}/reset", "resetTestMember",
            "End what a test member has allowed this application, so that the first-time journey can begin again",
            [Said(204, "Done"), noSession, forbidden, notFound, unavailable]
        ) { call in
            guard try await TrySurface.reset(call, call.parameter("member")) != nil else { throw Refusal(.notFound, "") }
            return Response(status: .noContent)
        },
        PortalAPIRoute(
            .get, app + "/walks/{walk}", "readWalk", "A walk of the last hour",
            [Said(200, "It", "Walk"), noSession, forbidden, notFound, unavailable]
        ) { call in
            let run = try TrySurface.opened(call, call.parameter("walk")).run
            return PortalAPI.object { PortalAPIWords.write(run, &$0) }
        },
        PortalAPIRoute(
            .post, app + "/walks/{walk}/queries", "queryWalk", "Ask the FHIR API with the token of the walk",
            body: .object([.init("path")]),
            [Said(200, "The walk with the answer", "Walk"), invalid, noSession, forbidden, notFound, problems, unavailable]
        ) { call in
            switch try await TrySurface.ask(call, call.parameter("walk"), path: call.input[.path]) {
            case .failure(let found): return PortalAPI.problems(found.all)
            case .success(let run): return PortalAPI.object { PortalAPIWords.write(run, &$0) }
            }
        },
        PortalAPIRoute(
            .delete, app + "/walks/{walk}", "endWalk", "Revoke what the walk was given, as an app does when a member leaves",
            [Said(200, "The walk with its last steps", "Walk"), noSession, forbidden, notFound, unavailable]
        ) { call in
            let run = try await TrySurface.revoke(call, call.parameter("walk"))
            return PortalAPI.object { PortalAPIWords.write(run, &$0) }
        },
    ]
}
