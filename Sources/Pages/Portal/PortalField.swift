/// The inputs of the portal's forms; the raw value is the input's `name`.
package enum PortalField: String, Sendable, CaseIterable {
    case name
    case email
    case password
    case code
    case appName = "app_name"
    case description
    case homePage = "home_page"
    case redirectURIs = "redirect_uris"
    case contactName = "contact_name"
    case company
    case website
    case workEmail = "work_email"
    case domainReason = "domain_reason"
    case naic
    case ein
    case npi
    case sponsorName = "sponsor_name"
    case sponsorRole = "sponsor_role"
    case sponsorEmail = "sponsor_email"
    case message
    case decision
    case file
    case note
    case overlap
    case link
    case payerName = "payer_name"
    case payerAddress = "payer_address"
    case clientID = "client_id"
    case clientSecret = "client_secret"
    case scope
    case directory
    case search
    case memberID = "member_id"
    case birthDate = "birth_date"
    case kind
    case status
    case from
    case to
    case requestID = "id"
    case member
    case redirectURI = "redirect_uri"
    case query
    case path
    case reason
    case recoveryCode = "recovery_code"

    var label: String {
        switch self {
        case .name: "Your name"
        case .email: "E-mail address"
        case .password: "Password"
        case .code: "6-digit code"
        case .appName: "Application name"
        case .description: "What it does"
        case .homePage: "Home page"
        case .redirectURIs: "Redirect URIs"
        case .contactName: "Your name"
        case .company: "Health insurance company"
        case .website: "Company website"
        case .workEmail: "Your work e-mail address"
        case .domainReason: "Why your address is of another domain"
        case .naic: "NAIC company code (optional)"
        case .ein: "EIN (optional)"
        case .npi: "NPI (optional)"
        case .sponsorName: "Sponsor’s name"
        case .sponsorRole: "Sponsor’s role"
        case .sponsorEmail: "Sponsor’s work e-mail address"
        case .message: "Message"
        case .decision: "Decision"
        case .file: "File"
        case .note: "What the pictures show"
        case .link: "Link"
        case .payerName: "Name of the health plan"
        case .payerAddress: "Its address"
        case .clientID: "Client id"
        case .clientSecret: "Client secret"
        case .scope: "Scope"
        case .directory: "Directory"
        case .search: "Search"
        case .memberID: "Member ID"
        case .birthDate: "Birth date"
        case .kind: "Kind"
        case .status: "Answer"
        case .from: "From (UTC)"
        case .to: "To (UTC)"
        case .requestID: "Request ID"
        case .member: "Test member"
        case .redirectURI: "Redirect URI"
        case .query: "Query"
        case .path: "Or your own, below the FHIR address"
        case .reason: "Why"
        case .recoveryCode: "Recovery code"
        case .overlap: "How long the secret before keeps working"
        }
    }

    /// HTML, "autofill".
    var autocomplete: String {
        switch self {
        case .name, .contactName: "name"
        case .email, .workEmail: "email"
        case .password: "current-password"
        case .code: "one-time-code"
        case .company: "organization"
        case .appName, .description, .homePage, .redirectURIs, .website, .domainReason, .naic, .ein, .npi, .sponsorName, .sponsorRole,
            .sponsorEmail, .message, .decision, .file, .note, .overlap, .link, .payerName, .payerAddress, .clientID, .clientSecret, .scope,
            .directory, .search, .memberID, .kind, .status, .from, .to, .requestID, .member, .redirectURI, .query, .path, .reason,
            .recoveryCode:
            "off"
        case .birthDate: "bday"
        }
    }
}
