"""A developer, a sponsor and a reviewer at the portal, each in a browser of their own."""

from mailbox import fresh_address, patiently

PASSWORD = "unrelated violet teapot gravel"


def link_in(mail, start):
    """The first address in the mail that begins so."""
    return next(word for word in mail["text"].split() if word.startswith(start))


class Developer:
    """Walks the portal's pages with a `Visitor`."""

    def __init__(self, visitor, portal, mailbox, name="Ana Field"):
        self.visitor, self.portal, self.mailbox, self.name = visitor, portal, mailbox, name
        self.email = fresh_address("ana").replace("@example.com", "@lakeside.example")

    @property
    def page(self):
        return self.visitor.page

    def sign_up(self):
        self.visitor.open(self.portal + "/portal").press("Create an account", "sign-up")
        self.visitor.fill(name=self.name, email=self.email, password=PASSWORD).press("Create account", "sent")
        self.page.goto(link_in(self.mailbox.newest(self.email), self.portal + "/portal/confirm/"))
        self.visitor.look("confirm").fill(password=PASSWORD).press("Confirm and sign in", "applications-empty")

    def create_app(self, redirect_uris, name="Lakeside Records"):
        self.visitor.press("Create an application", "application-form")
        self.visitor.fill(app_name=name, description="Receives the records of members who move to us.", home_page="https://www.lakeside.example",
                          redirect_uris=redirect_uris)
        self.visitor.press("Create application", "application-new")
        values = self.page.locator("main dl code").all_inner_texts()
        self.client_id, self.secret = values[0], values[1]
        assert self.secret.startswith("p2ps_")

    def ask_verification(self, sponsor):
        self.visitor.press("Begin the verification", "verification-form")
        self.visitor.fill(company="Lakeside Health Plan", website="https://www.lakeside.example", work_email=self.email,
                          sponsor_name="Maria Stone", sponsor_role="CIO", sponsor_email=sponsor)
        self.visitor.press("Send the request", "verification-waiting")

    def open(self, path=""):
        self.page.goto(f"{self.portal}/portal/applications/{self.client_id}{path}")
        return self.visitor

    def until(self, words, path=""):
        """Loads the application's page until it says so."""
        def look():
            self.page.goto(f"{self.portal}/portal/applications/{self.client_id}{path}")
            return words in self.visitor.text
        patiently(look, words)


class Reviewer:
    def __init__(self, visitor, about):
        self.visitor, self.about = visitor, about

    def sign_in(self):
        self.visitor.open(self.about["address"]).fill(email=self.about["email"], password=self.about["password"]).press("Sign in", "queue")

    def open_case(self, app):
        self.visitor.page.goto(self.about["address"])
        self.visitor.page.locator("main a", has_text=app).first.click()
        self.visitor.page.wait_for_load_state()
        self.visitor.look("case")

    def decide(self, words, message="", name="decided"):
        self.visitor.page.get_by_label("Decision").select_option(label=words)
        self.visitor.fill(message=message).press("Decide", name)
