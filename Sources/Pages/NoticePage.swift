/// A full-page message: what happened, what to do, and for a developer the cause.
package struct NoticePage: Sendable {
    package var frame: PageFrame
    package var kind: Notice

    package init(frame: PageFrame, kind: Notice) {
        self.frame = frame
        self.kind = kind
    }

    package func html() -> String {
        let say = frame.language
        let words = kind.words(in: say)
        var view: View = ["happened": words.happened, "todo": words.todo]
        if let detail = kind.detail {
            view["detailTitle"] = say("For the app’s developer", "Para quien desarrolla la aplicación")
            view["detail"] = detail
        }
        if case .somethingWentWrong(let reference) = kind {
            view["referenceWord"] = say("Reference number:", "Número de referencia:")
            view["reference"] = reference
        }
        return frame.render("notice", title: words.title, view: view)
    }
}
