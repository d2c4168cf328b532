/// The picture that members see beside an application's name.
package struct LogoPage: Sendable {
    package var frame: PortalFrame
    package var root: String
    package var back: String
    package var name: String
    /// Its address; nil before there is one.
    package var logo: String?
    package var problems: [PortalProblem]

    package init(frame: PortalFrame, root: String, back: String, name: String, logo: String?, problems: [PortalProblem] = []) {
        (self.frame, self.root, self.back, self.name) = (frame, root, back, name)
        (self.logo, self.problems) = (logo, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [.lead("Members see it beside the name when your application asks for their record.")]
        if let logo { blocks.append(.picture(logo, words: "The logo of \(name)")) }
        blocks.append(
            .form(
                PortalForm(
                    action: root,
                    fields: [
                        PortalInput(
                            .file, .file(accept: "image/png,image/jpeg,image/webp"),
                            hint: "PNG, JPEG or WebP up to 200 KB; each side from 32 to 1024 pixels.", problems: problems)
                    ], button: "Use this logo", takesFile: true)))
        if logo != nil { blocks.append(.form(PortalForm(action: root + "/remove", fields: [], button: "Remove the logo", kind: .second))) }
        return frame.page("Logo of \(name)", back: .init("The application", back), problems: problems, blocks)
    }
}
