import Exchange
import Pages

/// Reads the form that asks for a verification.
enum VerificationForm {
    static func read(_ input: PortalInputValues, account: Account) -> (VerificationDetails?, [PortalProblem]) {
        let needed: [PortalField] = [.contactName, .company, .website, .workEmail, .sponsorName, .sponsorRole, .sponsorEmail]
        var problems = input.missing(needed) + input.tooLong(needed, 200) + input.tooLong([.domainReason], 1000)
        for field in [PortalField.workEmail, .sponsorEmail] where !input[field].isEmpty && EmailAddress(input[field]) == nil {
            problems.append(.invalidEmail(field))
        }
        let host = OrganizationDomain.host(ofWebsite: input[.website])
        if host == nil, !input[.website].isEmpty { problems.append(.invalidWebAddress(.website)) }
        let ein = input[.ein].filter { $0 != "-" && $0 != " " }
        if !input[.naic].isEmpty, !isDigits(input[.naic], 5) { problems.append(.invalidNAIC) }
        if !ein.isEmpty, !isDigits(ein, 9) { problems.append(.invalidEIN) }
        if !input[.npi].isEmpty, !NationalProviderIdentifier.isValid(input[.npi]) { problems.append(.invalidNPI) }
        let details = VerificationDetails(
            contactName: input[.contactName], company: input[.company], website: input[.website], workEmail: input[.workEmail],
            domainReason: input.optional(.domainReason), naic: input.optional(.naic), ein: ein.isEmpty ? nil : ein,
            npi: input.optional(.npi), sponsorName: input[.sponsorName], sponsorRole: input[.sponsorRole],
            sponsorEmail: input[.sponsorEmail])
        if let host, EmailAddress(input[.workEmail]) != nil, !details.workDomainMatches, details.domainReason == nil {
            problems.append(.domainReasonNeeded(domain: host))
        }
        let sponsor = EmailAddress(input[.sponsorEmail])?.accountKey
        let own = [EmailAddress(input[.workEmail])?.accountKey, EmailAddress(account.address)?.accountKey]
        if let sponsor, own.contains(sponsor) { problems.append(.sponsorIsYou) }
        return (problems.isEmpty ? details : nil, problems)
    }

    private static func isDigits(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }
}
