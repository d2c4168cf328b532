/// The recovery codes, shown this once.
package struct RecoveryCodesPage: Sendable {
    package var frame: PortalFrame
    package var codes: [String]
    package var next: String

    package init(frame: PortalFrame, codes: [String], next: String) { (self.frame, self.codes, self.next) = (frame, codes, next) }

    package func html() -> String {
        frame.page(
            "Keep your recovery codes",
            [
                .lead("Each of them signs you in once when your authenticator app is lost. They are shown this once."),
                .sample(codes.joined(separator: "\n")),
                .text("Print them, or keep them in a password manager, and not on the phone with the authenticator app."),
                .links([.init("I have kept them", next)]),
            ])
    }
}
