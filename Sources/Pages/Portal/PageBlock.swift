/// One part of a portal page; a page is a heading and a list of these.
enum PageBlock {
    case lead(String)
    case text(String)
    case heading(String)
    case inset(title: String?, text: String)
    case list([String])
    case pairs([Pair])
    case table(columns: [String], rows: [[Cell]])
    case form(PortalForm)
    /// Links that look like buttons; the first is the page's own next step unless `quiet`.
    case links([PortalFrame.Link], quiet: Bool = false)
    case road([RoadStep])
    case timeline([TimelineEntry])
    case sample(String)
    /// An address of our own, and what the picture shows.
    case picture(String, words: String)
    /// Opens and closes without a script.
    case tried(TriedRequest, number: Int?, isOpen: Bool)
    /// Where HTML that was made before comes in.
    case place(String)
    case empty(title: String, text: String)
    /// Kinds of records with how many there are of each, and the sum.
    case kinds([SharedKind])
    case never([String])
    /// One bar for each, scaled to the highest; the title says in words what they show.
    case bars(title: String, [Bar])

    struct Bar {
        let title: String
        let count: Int
    }

    struct Pair {
        let name: String
        let values: [Cell]
        init(_ name: String, _ values: Cell...) { (self.name, self.values) = (name, values) }
        init(_ name: String, _ values: [Cell]) { (self.name, self.values) = (name, values) }
    }

    /// A piece of text and how it is shown.
    enum Cell {
        case text(String)
        /// With a copy button.
        case copy(String)
        /// An id that is read letter by letter.
        case code(String)
        case link(String, String)
        case tag(StateTag)
        /// An instant such as `2026-11-25T03:00:00Z`.
        case time(String)
        /// Several in one place, each on a line of its own.
        indirect case lines([Cell])

        func view(in language: Language) -> View {
            switch self {
            case .text(let text): ["cText": text]
            case .copy(let text): ["cCopy": text]
            case .code(let text): ["cCode": text]
            case .link(let text, let address): ["cLink": address, "cLinkText": text]
            case .tag(let tag): ["cTag": tag.word, "cTone": tag.tone.rawValue]
            // A template that did not find the name in a line would take it from the cell around it, and never end.
            case .lines(let cells): ["cLines": cells.map { $0.view(in: language).adding(["cLines": false]) }]
            case .time(let instant): ["cTime": instant, "cTimeText": DayWords.instant(instant, in: language)]
            }
        }
    }

    func view(token: FormToken, in language: Language = .english) -> View {
        switch self {
        case .lead(let text): ["bLead": text]
        case .text(let text): ["bText": text]
        case .heading(let text): ["bHeading": text]
        case .inset(let title, let text): ["bInset": ["insetText": text].adding(title.map { ["insetTitle": $0] } ?? [:])]
        case .list(let items): ["bList": ["items": items.map { ["itemText": $0] as View }] as View]
        case .pairs(let pairs):
            ["bPairs": ["pairs": pairs.map { ["pairName": $0.name, "cells": $0.values.map { $0.view(in: language) }] as View }] as View]
        case .table(let columns, let rows):
            [
                "bTable": [
                    "columns": columns.map { ["columnName": $0] as View },
                    "rows": rows.map { row in
                        ["cells": zip(columns, row).map { name, cell in cell.view(in: language).adding(["cLabel": name]) }] as View
                    },
                ] as View
            ]
        case .form(let form): ["bForm": form.view(token: token)]
        case .links(let links, let quiet):
            [
                "bLinks": [
                    "links": links.enumerated().map { index, link in
                        ["address": link.address, "linkWords": link.words, "linkKind": index > 0 || quiet ? " second" : ""] as View
                    }
                ] as View
            ]
        case .road(let steps): ["bRoad": ["steps": steps.map(\.view)] as View]
        case .timeline(let entries): ["bTimeline": ["entries": entries.map(\.view)] as View]
        case .sample(let text): ["bSample": text]
        case .picture(let address, let words): ["bPicture": address, "pictureWords": words]
        case .tried(let request, let number, let isOpen): ["bTried": request.view(number: number, isOpen: isOpen)]
        case .place(let mark): ["bPlace": mark]
        case .kinds(let kinds): ["bKinds": Self.view(of: kinds, in: language)]
        case .never(let items): ["bNever": ["items": items.map { ["itemText": $0] as View }] as View]
        case .bars(let title, let bars): ["bBars": Self.view(of: bars, title: title)]
        case .empty(let title, let text): ["bEmpty": ["emptyTitle": title, "emptyText": text] as View]
        }
    }

    private static func view(of kinds: [SharedKind], in language: Language) -> View {
        let sums = RecordGroup.sums(of: kinds)
        return [
            "kinds": sums.map { ["kind": $0.group.words(in: language), "count": grouped($0.count)] as View },
            "totalWord": language("All together", "En total"), "total": grouped(sums.reduce(0) { $0 + $1.count }),
        ]
    }

    private static func view(of bars: [Bar], title: String) -> View {
        let highest = max(1, bars.map(\.count).max() ?? 1)
        // At least a line for what is there at all.
        let rects = bars.enumerated().map { index, bar in
            let height = bar.count == 0 ? 0 : max(2, bar.count * 110 / highest)
            return [
                "x": String(index * 8), "y": String(116 - height), "w": "6", "h": String(height), "barTitle": "\(bar.title): \(bar.count)",
            ] as View
        }
        return ["barsTitle": title, "barsWidth": String(max(80, bars.count * 8)), "bars": rects]
    }
}

/// A step of the road to production: what it is, how it stands, what to do.
package struct RoadStep: Sendable {
    package let title: String
    package let tag: StateTag
    package let text: String
    package let link: PortalFrame.Link?

    init(_ title: String, _ tag: StateTag, _ text: String, link: PortalFrame.Link? = nil) {
        (self.title, self.tag, self.text, self.link) = (title, tag, text, link)
    }

    var view: View {
        var view: View = ["stepTitle": title, "stepTag": tag.word, "stepTone": tag.tone.rawValue, "stepText": text]
        view["stepLink"] = link?.address
        view["stepWords"] = link?.words
        return view
    }
}

/// One step of a case, as both sides read it.
package struct TimelineEntry: Sendable {
    package let who: String
    /// The role and the action as the domain names them.
    package let role: String
    package let action: String
    package let text: String
    package let at: String

    package init(who: String, role: String, action: String, text: String, at: String) {
        (self.who, self.role, self.action, self.text, self.at) = (who, role, action, text, at)
    }

    var view: View {
        var view: View = [
            "entryWho": "\(who) (\(CaseWords.role(role)))", "entryWhat": CaseWords.done(action), "entryAt": at,
            "entryAtWords": DayWords.instant(at, in: .english),
        ]
        view["entryText"] = text.isEmpty ? nil : text
        return view
    }
}
