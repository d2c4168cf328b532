import Exchange
import Testing

/// Every (state, role, action) of the portal's life cycles, written down once more as a list of what may be; all else must not.
@Suite("Life cycles of the portal")
struct PortalMovesTests {
    private struct Step: Hashable {
        let state: Verification.State
        let role: CaseRole
        let action: Verification.Action
    }

    private static let legal: [Step: Verification.State] = {
        var legal: [Step: Verification.State] = [:]
        func may(_ role: CaseRole, _ action: Verification.Action, _ states: [Verification.State], _ next: Verification.State) {
            for state in states { legal[Step(state: state, role: role, action: action)] = next }
        }
        may(.developer, .submit, [.sponsorDeclined, .changesRequested, .withdrawn], .waitingForSponsor)
        may(.developer, .remind, [.waitingForSponsor], .waitingForSponsor)
        may(.developer, .answer, [.questionAsked], .inReview)
        may(.developer, .withdraw, [.waitingForSponsor, .sponsorDeclined, .inReview, .questionAsked, .changesRequested], .withdrawn)
        may(.sponsor, .confirm, [.waitingForSponsor], .inReview)
        may(.sponsor, .decline, [.waitingForSponsor], .sponsorDeclined)
        may(.reviewer, .ask, [.inReview], .questionAsked)
        may(.reviewer, .requestChanges, [.inReview, .waitingForSponsor, .questionAsked], .changesRequested)
        may(.reviewer, .approve, [.inReview], .approved)
        may(.reviewer, .refuse, [.inReview, .waitingForSponsor, .questionAsked, .changesRequested, .sponsorDeclined], .refused)
        return legal
    }()

    @Test("A verification moves as the list says, for every state, role and action")
    func verification() {
        for state in Verification.State.allCases {
            for role in CaseRole.allCases {
                for action in Verification.Action.allCases {
                    let moved = Verification.move(state, role, action)?.next
                    #expect(moved == Self.legal[Step(state: state, role: role, action: action)], "\(state) \(role) \(action)")
                }
            }
        }
    }

    @Test("Nothing is synced but by an approval, and nothing is approved without the sponsor's word")
    func approval() {
        for state in Verification.State.allCases {
            for role in CaseRole.allCases {
                for action in Verification.Action.allCases {
                    guard let move = Verification.move(state, role, action) else { continue }
                    #expect(move.effects.contains(.sync) == (move.next == .approved && action == .approve))
                    // Whoever comes to review came by a confirmation, or was there before.
                    if move.next == .inReview { #expect(move.effects.contains(.noteSponsor) || state == .questionAsked) }
                    // Other details need the sponsor again.
                    if action == .submit { #expect(move.effects == [.forgetSponsor, .mailSponsor]) }
                }
            }
        }
    }

    @Test("An application's standing moves as the list says, for every standing, role and action")
    func standing() {
        let legal: [String: DeveloperApp.Standing] = [
            "active suspend": .suspended, "suspended reinstate": .active, "active revoke": .revoked, "suspended revoke": .revoked,
        ]
        for standing in DeveloperApp.Standing.allCases {
            for role in CaseRole.allCases {
                for action in DeveloperApp.Action.allCases {
                    let moved = DeveloperApp.move(standing, role, action)
                    #expect(moved?.next == (role == .reviewer ? legal["\(standing) \(action)"] : nil), "\(standing) \(role) \(action)")
                    #expect(moved.map { $0.effects.contains(.takeFromPlans) == ($0.next != .active) } ?? true)
                }
            }
        }
    }

    @Test("A request for other redirect URIs moves as the list says, for every state, role and action, and a refusal says why")
    func redirectChanges() {
        for state in RedirectChange.State.allCases {
            for role in CaseRole.allCases {
                for action in RedirectChange.Action.allCases {
                    let expected: RedirectChange.State? =
                        switch (role, action) {
                        case (.reviewer, .approve): .approved
                        case (.reviewer, .refuse): .refused
                        case (.developer, .withdraw): .withdrawn
                        case (.reviewer, .withdraw), (.developer, .approve), (.developer, .refuse), (.sponsor, _), (.planOperator, _): nil
                        }
                    // Only what waits moves at all.
                    #expect(
                        RedirectChange.move(state, role, action) == (state == .submitted ? expected : nil), "\(state) \(role) \(action)")
                }
            }
        }
        #expect(RedirectChange.Action.allCases.filter(\.needsWords) == [.refuse])
    }

    @Test("A work address is of the website's domain or below it, and of no look-alike")
    func domains() {
        let rows: [(String, String, Bool)] = [
            ("ana@acme.example", "https://www.acme.example", true), ("ana@mail.acme.example", "https://acme.example/about", true),
            ("ANA@ACME.EXAMPLE", "https://Acme.Example", true), ("ana@acme.example", "http://acme.example:8080/", true),
            ("ana@notacme.example", "https://acme.example", false), ("ana@acme.example.evil.example", "https://acme.example", false),
            ("ana@acme.example", "https://acme.example@evil.example", false), ("ana@acme.example", "https://127.0.0.1", false),
            ("ana@acme.example", "acme.example", false), ("ana@acme.example", "javascript://acme.example", false),
            ("ana@example", "https://example", false), ("", "https://acme.example", false),
        ]
        for (email, website, isSame) in rows {
            #expect(OrganizationDomain.matches(email: email, website: website) == isSame, "\(email) \(website)")
        }
    }

    @Test("An NPI is ten digits with a right last one")
    func npi() {
        #expect(NationalProviderIdentifier.isValid("1234567893"))
        for wrong in ["1234567890", "123456789", "12345678931", "123456789x", "", "１２３４５６７８９３"] {
            #expect(!NationalProviderIdentifier.isValid(wrong), "\(wrong)")
        }
    }
}

extension PortalMovesTests {
    @Test("A production request moves as the list says, for every state, role and action")
    func production() {
        typealias State = ProductionRequest.State
        var legal: [String: State] = [:]
        func may(_ role: CaseRole, _ action: ProductionRequest.Action, _ states: [State], _ next: State? = nil) {
            for state in states { legal["\(state) \(role) \(action)"] = next ?? state }
        }
        may(.developer, .addEvidence, [.draft, .changesRequested, .clarificationAsked, .withdrawn])
        may(.developer, .removeEvidence, [.draft, .changesRequested, .withdrawn])
        may(.developer, .submit, [.draft, .changesRequested, .withdrawn], .submitted)
        may(.developer, .answer, [.clarificationAsked], .submitted)
        may(.developer, .withdraw, [.submitted, .changesRequested, .clarificationAsked], .withdrawn)
        may(.reviewer, .ask, [.submitted], .clarificationAsked)
        may(.reviewer, .requestChanges, [.submitted, .clarificationAsked], .changesRequested)
        may(.reviewer, .approve, [.submitted], .approved)
        may(.reviewer, .refuse, [.submitted, .clarificationAsked, .changesRequested], .refused)
        for state in State.allCases {
            for role in CaseRole.allCases {
                for action in ProductionRequest.Action.allCases {
                    let move = ProductionRequest.move(state, role, action)
                    #expect(move?.next == legal["\(state) \(role) \(action)"], "\(state) \(role) \(action)")
                    #expect(move.map { $0.effects.contains(.sync) == (action == .approve) } ?? true)
                }
            }
        }
    }

    @Test("A file is what its first bytes say")
    func evidenceKinds() {
        let rows: [([UInt8], EvidenceKind?)] = [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], .png), ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
            (Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8 ".utf8), .webp), (Array("%PDF-1.7".utf8), .pdf),
            ([0, 0, 0, 0x20] + Array("ftypisom".utf8), .mp4),
            ([0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84] + Array("webm".utf8), .webm),
            (Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WAVE".utf8), nil), ([0x1A, 0x45, 0xDF, 0xA3] + Array("matroska".utf8), nil),
            (Array("<svg xmlns=".utf8), nil), (Array("<!DOCTYPE html>".utf8), nil), (Array("GIF89a".utf8), nil), (Array("MZ".utf8), nil),
            ([], nil),
        ]
        for (head, kind) in rows { #expect(EvidenceKind(head: head) == kind, "\(head)") }
    }
}
