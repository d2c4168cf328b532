import Exchange
import Server
package import Synthetic

/// A member with a browser: keeps cookies, reads the forms of the page that came, fills them in and sends them.
package final class Walk {
    package let site: RunningSite
    /// What the browser keeps, by cookie name.
    package var cookies: [String: String]
    /// The page that is shown, and its address.
    package private(set) var page: WebAnswer
    package private(set) var address: String
    /// Where the member was sent at the end: the app's own address.
    package private(set) var left: String?
    /// Where a code that was mailed is read.
    package var readCode: (String) async throws -> String

    package struct Lost: Error { package let what: String }

    /// Opens the authorize address and follows it to the first page.
    package init(_ site: RunningSite, at address: String, cookies: [String: String] = [:]) async throws {
        self.site = site
        self.cookies = cookies
        self.address = address
        readCode = { try site.mailedCode(to: $0) }
        page = WebAnswer(status: 0, headers: [], body: [])
        try await send("GET", address)
    }

    package var markup: Markup { Markup(page.text) }
    package var cookieHeader: [(String, String)] {
        cookies.isEmpty ? [] : [("Cookie", cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))]
    }

    /// The last part of the address of the page shown: "" for the first page.
    package var step: String {
        let path = address.prefix { $0 != "?" }
        return path.utf8.count > root.utf8.count ? String(path.dropFirst(root.count + 1)) : ""
    }
    /// The address of the walk's first page.
    package var root: String {
        let path = address.prefix { $0 != "?" }
        guard let range = path.firstRange(of: "/authorization/") else { return String(path) }
        return String(path[..<range.upperBound]) + path[range.upperBound...].prefix { $0 != "/" }
    }
    package var id: String { root.split(separator: "/").last.map(String.init) ?? "" }
    package var formToken: String? { markup.forms.first?.values.first { $0.name == "form_token" }?.value }

    package func open(_ address: String) async throws { try await send("GET", address) }

    package func follow(_ ending: String) async throws {
        guard let link = markup.links.first(where: { $0.hasSuffix(ending) }) else { throw Lost(what: "no link \(ending) on \(address)") }
        try await open(link)
    }

    /// Fills the form whose address ends so and sends it, pressing `button` when it has several.
    package func submit(_ ending: String, _ values: [String: String] = [:], button: String? = nil) async throws {
        guard let form = markup.forms.first(where: { $0.action.hasSuffix(ending) }) else {
            throw Lost(what: "no form \(ending) on \(address): \(page.status)")
        }
        for name in values.keys where !form.fields.contains(name) { throw Lost(what: "no field \(name) on \(address)") }
        var fields = form.values.filter { values[$0.name] == nil }.map { ($0.name, $0.value) }
        for name in form.fields { if let value = values[name] { fields.append((name, value)) } }
        if let button {
            guard let pressed = form.buttons.first(where: { $0.value == button }) else { throw Lost(what: "no button \(button)") }
            fields.append(pressed)
        }
        try await post(form.action, fields)
    }

    package func post(_ address: String, _ fields: [(String, String)]) async throws {
        try await send("POST", address, [("Content-Type", "application/x-www-form-urlencoded")], Array(WebForm.encoded(fields).utf8))
    }

    private func send(_ method: String, _ address: String, _ headers: [(String, String)] = [], _ body: [UInt8]? = nil) async throws {
        var (method, address, headers, body) = (method, address, headers, body)
        left = nil
        for _ in 0..<10 {
            page = try await site.web.send(method, address, headers: headers + cookieHeader, body: body)
            self.address = address
            for line in page.all("Set-Cookie") {
                let pair = line.split(separator: ";")[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
            }
            guard let next = page.header("Location") else { return }
            guard site.site.plans.contains(where: { next.hasPrefix($0.addresses.authorization + "/") }) else {
                left = next
                return
            }
            (method, address, headers, body) = ("GET", next, [], nil)
        }
        throw Lost(what: "too many redirects at \(address)")
    }

    // MARK: A member's way

    package static func details(_ member: SyntheticMember) -> [String: String] {
        [
            "first_name": member.firstName, "last_name": member.lastName, "birth_date": member.birthDate, "member_id": member.memberID,
            "postal_code": member.postalCode,
        ]
    }

    /// From the first page to consent, with a new account.
    package func createAccount(_ member: SyntheticMember, email: String) async throws {
        try await follow("/account")
        try await submit("/account", Self.details(member))
        try await submit("/email", ["email": email])
        try await submit("/code", ["code": try await readCode(email)])
        try expect("consent")
    }

    /// From the first page to consent, with the account that is there.
    package func signIn(email: String) async throws {
        try await follow("/sign-in")
        try await submit("/sign-in", ["email": email])
        try await submit("/code", ["code": try await readCode(email)])
        try expect("consent")
    }

    /// Agrees, for oneself or as `representative`; answers the address the member was sent to.
    package func allow(representative: (name: String, relationship: String)? = nil) async throws -> String {
        if let representative {
            try await submit(
                "/consent",
                ["decider": "representative", "representative_name": representative.name, "relationship": representative.relationship],
                button: "allow")
        } else {
            try await submit("/consent", ["decider": "member"], button: "allow")
        }
        guard let left else { throw Lost(what: "consent was not taken: \(page.status)") }
        return left
    }

    package func expect(_ step: String) throws {
        guard self.step == step else { throw Lost(what: "at \(address) (\(page.status)), not at \(step)") }
    }
}

/// The value of a parameter in an address the member was sent to.
package func parameter(_ name: String, of address: String) -> String? { WebForm.parameters(address).first { $0.name == name }?.value }
