/// The words for states, actions and roles, which the domain names in code.
package enum CaseWords {
    package static func role(_ role: String) -> String {
        switch role {
        case "developer": "developer"
        case "sponsor": "sponsor"
        case "reviewer": "reviewer"
        case "operator": "health plan"
        default: role
        }
    }

    /// What someone did, after their name.
    package static func done(_ action: String) -> String {
        switch action {
        case "submit": "sent the request"
        case "withdraw": "withdrew the request"
        case "remind": "sent the sponsor another mail"
        case "confirm": "confirmed the request"
        case "decline": "said that this request is not theirs"
        case "ask": "asked"
        case "answer": "answered"
        case "requestChanges": "asked for changes"
        case "approve": "approved"
        case "refuse": "refused"
        case "suspend": "suspended the application"
        case "reinstate": "reinstated the application"
        case "revoke": "revoked the application"
        case "block": "blocked the application at this plan"
        case "unblock": "let the application in again"
        case "addEvidence": "added a file"
        case "removeEvidence": "removed a file"
        case "askRedirects": "asked for other redirect URIs"
        case "approveRedirects": "approved the new redirect URIs"
        case "refuseRedirects": "refused the new redirect URIs"
        case "withdrawRedirects": "withdrew the request for other redirect URIs"
        default: action
        }
    }

    /// The button or the choice for an action.
    package static func choice(_ action: String) -> String {
        switch action {
        case "submit": "Send the request again"
        case "withdraw": "Withdraw the request"
        case "remind": "Send the sponsor another mail"
        case "confirm": "Confirm: this request is ours"
        case "decline": "This request is not ours"
        case "ask": "Ask a question"
        case "answer": "Answer"
        case "requestChanges": "Ask for changes"
        case "approve": "Approve"
        case "refuse": "Refuse"
        case "suspend": "Suspend"
        case "reinstate": "Reinstate"
        case "revoke": "Revoke for good"
        case "block": "Block at this plan"
        case "unblock": "Let in again"
        case "addEvidence": "Add the file"
        case "removeEvidence": "Remove"
        default: action
        }
    }

    /// `nil` for a case that was never begun.
    package static func verification(_ state: String?) -> StateTag {
        switch state {
        case nil: StateTag("Not started")
        case "waitingForSponsor": StateTag("Waiting for your sponsor", .warn)
        case "sponsorDeclined": StateTag("Declined by the sponsor", .warn)
        case "inReview": StateTag("In review")
        case "questionAsked": StateTag("A question for you", .warn)
        case "changesRequested": StateTag("Changes asked for", .warn)
        case "approved": StateTag("Verified", .good)
        case "refused": StateTag("Refused", .warn)
        case "withdrawn": StateTag("Withdrawn")
        case let other?: StateTag(other)
        }
    }

    /// Who has to act, for the queue.
    package static func waitsFor(_ state: String) -> String {
        switch state {
        case "waitingForSponsor": "The sponsor"
        case "sponsorDeclined", "questionAsked", "changesRequested", "clarificationAsked", "draft": "The developer"
        case "inReview", "submitted": "You"
        case "approved", "refused", "withdrawn": "Nobody"
        default: state
        }
    }

    package static func production(_ state: String?) -> StateTag {
        switch state {
        case nil: StateTag("Not started")
        case "draft": StateTag("Draft")
        case "submitted": StateTag("In review")
        case "changesRequested": StateTag("Changes asked for", .warn)
        case "clarificationAsked": StateTag("A question for you", .warn)
        case "approved": StateTag("Approved", .good)
        case "refused": StateTag("Refused", .warn)
        case "withdrawn": StateTag("Withdrawn")
        case let other?: StateTag(other)
        }
    }

    package static func standing(_ standing: String) -> StateTag? {
        switch standing {
        case "suspended": StateTag("Suspended", .warn)
        case "revoked": StateTag("Revoked", .warn)
        default: nil
        }
    }

    package static func verificationText(_ state: String?, sponsor: String) -> String {
        switch state {
        case nil: "Show that you act for a health insurance organization. You name an executive sponsor, who gets a mail and confirms."
        case "waitingForSponsor": "We wrote to \(sponsor). When they confirm, a reviewer looks at your request."
        case "sponsorDeclined": "\(sponsor) said that this request is not theirs. Check the sponsor, then send the form again."
        case "inReview": "Your sponsor has confirmed. A reviewer is looking at your request."
        case "questionAsked": "The reviewer has a question. Answer it to go on."
        case "changesRequested": "The reviewer asks you to change something. Send the form again."
        case "approved": "We know that this application belongs to your organization."
        case "refused": "The reviewer refused this request. The reason is in the thread."
        case "withdrawn": "You withdrew this request. You can send it again."
        default: ""
        }
    }

    package static func productionText(_ state: String?) -> String {
        switch state {
        case nil, "draft": "Show pictures or a recording of your application at the Demo Health Plan, then send the request."
        case "submitted": "A reviewer is looking at your request."
        case "changesRequested": "The reviewer asks you to change something. Add it, then send the request again."
        case "clarificationAsked": "The reviewer has a question. Answer it to go on."
        case "approved": "Your keys and redirect URIs go to every health plan here."
        case "refused": "The reviewer refused this request. The reason is in the thread."
        case "withdrawn": "You withdrew this request. You can send it again."
        default: ""
        }
    }
}

/// Why authorize does not know an app yet, for its developer.
package enum ReadinessWords {
    package static func notVerified(_ state: String?) -> String {
        let next: String =
            switch state {
            case nil, "withdrawn": "Ask for the verification of your organization in the developer portal."
            case "waitingForSponsor": "Your executive sponsor has not confirmed yet: they have a mail with a link."
            case "sponsorDeclined": "Your executive sponsor said that the request is not theirs. Send it again in the developer portal."
            case "inReview": "A reviewer is looking at your request."
            case "questionAsked": "The reviewer has a question for you in the developer portal."
            case "changesRequested": "The reviewer asked for changes in the developer portal."
            case "refused": "The verification was refused. The reason is in the developer portal."
            default: "See the developer portal."
            }
        return "The organization behind this client_id is not verified. \(next)"
    }

    package static let noProductionAccess =
        "This client_id has no production access. Ask for it in the developer portal, with pictures of your application at the Demo Health Plan."
    package static let syncWaiting = "The credentials are on their way to this health plan. Try again in a few seconds."
    package static func syncFailed(_ problem: String) -> String { "The credentials could not be synced to this health plan: \(problem)" }
    package static let suspended = "This application is suspended. The reason is in the developer portal."
    package static let revoked = "This application was revoked. The reason is in the developer portal."
    package static let blocked = "This health plan has blocked the application. The reason is in the developer portal."
}
