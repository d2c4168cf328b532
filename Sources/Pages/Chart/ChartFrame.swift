/// What surrounds the pages of a chart, whose record it is, and where its pages lie.
package struct ChartFrame: Sendable {
    package var page: PageFrame
    package var reader: ChartReader
    package var member: ChartMember
    package var addresses: ChartAddresses
    package var menu: [PortalFrame.Link]
    /// Where "Sign out" goes, with the token its form carries; nil for someone who is not signed in.
    package var signOut: (address: String, token: FormToken)?
    /// The way out of the chart.
    package var back: PortalFrame.Link?

    package init(
        page: PageFrame, reader: ChartReader, member: ChartMember, addresses: ChartAddresses, menu: [PortalFrame.Link] = [],
        signOut: (address: String, token: FormToken)? = nil, back: PortalFrame.Link? = nil
    ) {
        (self.page, self.reader, self.member, self.addresses) = (page, reader, member, addresses)
        (self.menu, self.signOut, self.back) = (menu, signOut, back)
    }

    var say: Language { page.language }

    /// A chart's pages are wider than a form, in the voice of their reader.
    func render(_ template: String, title: String, back: PortalFrame.Link?, _ given: View) -> String {
        var view = given
        view["voice"] = reader == .careManager ? "developer chart" : "member chart"
        view["backURL"] = back?.address ?? false as Any
        view["backWord"] = back?.words ?? ""
        view["menuWord"] = say("Menu", "Menú")
        view["menu"] = menu.map { ["address": $0.address, "menuName": $0.words] as View }
        view["hasMenu"] = !menu.isEmpty || signOut != nil
        view["signOut"] = signOut?.address ?? false as Any
        view["menuToken"] = signOut?.token.value ?? ""
        view["signOutWord"] = say("Sign out", "Salir")
        view.merge(member.view(in: say)) { own, _ in own }
        return page.render(template, title: title, voice: .member, lines: [], view: view)
    }

    /// Back to the chart from one of its other pages.
    var toChart: PortalFrame.Link {
        switch reader {
        case .careManager: .init("Record of \(member.name)", addresses.chart)
        case .member: .init(say("My record", "Mi expediente"), addresses.chart)
        }
    }
}

/// Whose record a chart shows.
package struct ChartMember: Sendable {
    package let name: String
    /// `YYYY-MM-DD`.
    package let birthDate: String
    package let memberID: String
    /// A code of FHIR's administrative-gender; empty when it is not known.
    package let gender: String

    package init(name: String, birthDate: String, memberID: String, gender: String = "") {
        (self.name, self.birthDate, self.memberID, self.gender) = (name, birthDate, memberID, gender)
    }

    func view(in say: Language) -> View {
        let sex =
            switch gender {
            case "female": say("Female", "Mujer")
            case "male": say("Male", "Hombre")
            case "other": say("Other gender", "Otro género")
            default: ""
            }
        let parts = [
            say("Born \(DayWords.long(birthDate, in: say))", "Nacimiento: \(DayWords.long(birthDate, in: say))"), sex,
            say("Member ID \(memberID)", "Número de miembro \(memberID)"),
        ]
        return ["memberName": name, "memberLine": parts.filter { !$0.isEmpty }.joined(separator: " · ")]
    }
}

/// Where the pages of one chart lie.
package struct ChartAddresses: Sendable {
    package let chart: String
    package let timeline: String
    package let search: String
    package let print: String
    /// The readable file for keeping; nil when it is not offered.
    package let file: String?

    package init(chart: String, timeline: String, search: String, print: String, file: String?) {
        (self.chart, self.timeline, self.search, self.print, self.file) = (chart, timeline, search, print, file)
    }
}
