/// A part of the server that an operator watches by itself.
enum Surface: Int, CaseIterable {
    case fhir, authorize, token, portal, review, record, site

    var name: String {
        switch self {
        case .fhir: "fhir"
        case .authorize: "authorize"
        case .token: "token"
        case .portal: "portal"
        case .review: "review"
        case .record: "record"
        case .site: "site"
        }
    }

    /// `template` is a route's, with `{plan}` where a plan's id stands.
    init(template: String) {
        let parts = template.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2).map { String(Substring($0)) }
        switch (parts.first, parts.count > 1 ? parts[1] : "") {
        case ("{plan}", "r4"): self = .fhir
        case ("{plan}", "record"): self = .record
        case ("{plan}", "oauth2"):
            let rest = parts.count > 2 ? parts[2] : ""
            let isWalk = ["authoriz", "assets", ":name"].contains { rest.utf8.starts(with: $0.utf8) }
            self = isWalk ? .authorize : .token
        case (".well-known", _): self = .token
        case ("portal", _), ("docs", _), ("api", _): self = .portal
        case ("review", _): self = .review
        default: self = .site
        }
    }
}
