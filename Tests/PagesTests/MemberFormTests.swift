import Testing

@testable import Pages

@Suite struct MemberFormTests {
    let english = SamplePages(language: .english)
    let spanish = SamplePages(language: .spanish)

    @Test func `the identify page asks for five details under their exact names`() {
        let markup = Markup(english.account())
        let asked = markup.tags("input").filter { $0.attributes["type"] == "text" }.map { $0.attributes["name"] }
        #expect(asked == ["first_name", "last_name", "birth_date", "member_id", "postal_code"])
        for label in ["First Name", "Last Name", "Birthdate", "Member ID", "Postal Code"] {
            #expect(markup.texts.contains(label))
        }
    }

    @Test func `phones are told how to fill the fields`() {
        let inputs = Markup(english.account()).tags("input") + Markup(english.email()).tags("input") + Markup(english.code()).tags("input")
        func hint(_ name: String) -> String? { inputs.first { $0.attributes["name"] == name }?.attributes["autocomplete"] }
        #expect(hint("first_name") == "given-name" && hint("last_name") == "family-name" && hint("birth_date") == "bday")
        #expect(hint("postal_code") == "postal-code" && hint("email") == "email" && hint("code") == "one-time-code")
        for name in ["birth_date", "postal_code", "code"] {
            #expect(inputs.first { $0.attributes["name"] == name }?.attributes["inputmode"] == "numeric")
        }
    }

    @Test func `problems are summed up first, linked to their fields and repeated there`() {
        let html = english.account(
            values: [.firstName: "Mayte822", .postalCode: "021"], problems: [.missing(field: .lastName), .invalidPostalCode])
        let markup = Markup(html)
        #expect(html.contains("<title>Error: Who is the member? - Demo Health Plan</title>"))
        #expect(
            markup.tags("a").compactMap { $0.attributes["href"] }.filter { $0.hasPrefix("#") } == ["#main", "#last_name", "#postal_code"])
        #expect(markup.texts.filter { $0 == "Enter the member’s last name" }.count == 2)
        let wrong = markup.tags("input").filter { $0.attributes["aria-invalid"] == "true" }
        #expect(wrong.map { $0.attributes["name"] } == ["last_name", "postal_code"])
        #expect(wrong.last?.attributes["aria-describedby"] == "postal_code-hint postal_code-error")
        #expect(markup.tags.first { $0.attributes["id"] == "summary" }?.attributes["autofocus"] != nil)
    }

    @Test func `what was typed stays`() {
        let inputs = Markup(english.account(values: [.firstName: "Mayte822", .postalCode: "021"], problems: [.noMatch])).tags("input")
        #expect(inputs.first { $0.attributes["id"] == "first_name" }?.attributes["value"] == "Mayte822")
        #expect(inputs.first { $0.attributes["id"] == "postal_code" }?.attributes["value"] == "021")
    }

    @Test func `no match marks no field`() {
        #expect(Markup(english.account(problems: [.noMatch])).tags("input").allSatisfy { $0.attributes["aria-invalid"] == nil })
    }

    @Test func `a page without problems has no summary and no error in its title`() {
        #expect(!english.account().contains("summary-title") && !english.account().contains("<title>Error"))
    }

    @Test func `sign-in never says whether the address is known`() {
        #expect(Markup(english.signIn()).texts.contains("If there is an account with this address, we will send a 6-digit code to it."))
    }

    @Test func `an address from the plan's list is shown and cannot be changed`() {
        let markup = Markup(english.email(roster: "j•••@example.com"))
        #expect(markup.tags("input").allSatisfy { $0.attributes["type"] == "hidden" })
        #expect(markup.texts.contains("We will send a 6-digit code to j•••@example.com."))
    }

    @Test func `the code page sends a new code from a form of its own`() {
        let markup = Markup(english.code())
        #expect(markup.tags("form").map { $0.attributes["action"] } == ["/code", "/resend", "/cancel"])
        #expect(markup.tags("button").first { $0.attributes["id"] == "resend" }?.attributes["data-after"] == "30")
        let expired = Markup(english.code(problems: [.codeExpired]))
        #expect(expired.tags("button").first { $0.attributes["id"] == "resend" }?.attributes["data-after"] == "0")
        #expect(expired.tags("a").contains { $0.attributes["href"] == "#resend" })
    }

    @Test func `the sandbox's mail is linked only in the sandbox`() {
        #expect(!english.code().contains("/sandbox/mail"))
        #expect(english.code(mail: "/sandbox/mail").contains("href=\"/sandbox/mail\""))
    }

    @Test func `every page of the way tells its step`() {
        #expect(Markup(english.account()).texts.contains("Step 1 of 4"))
        #expect(Markup(english.email()).texts.contains("Step 2 of 4"))
        #expect(Markup(english.code()).texts.contains("Step 3 of 4"))
        #expect(Markup(spanish.consent()).texts.contains("Paso 4 de 4"))
    }

    @Test func `the start page offers both ways, and says who asks`() {
        let html = english.start(app: english.app, isSandbox: true, frame: english.frame)
        let texts = Markup(html).texts
        for text in ["Create an account", "Sign in", "Acme Connect", "Acme Health", "Verified since March 9, 2026", "Cancel"] {
            #expect(texts.contains(text))
        }
        #expect(texts.contains { $0.contains("sandbox") })
        let unknown = AskingApp(name: "Acme Connect", organization: nil, verifiedSince: nil)
        let other = Markup(english.start(app: unknown, isSandbox: false, frame: english.frame)).texts
        #expect(other.contains("Not verified yet") && !other.contains { $0.contains("sandbox") })
    }
}
