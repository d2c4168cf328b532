extension Document.Part {
    /// A template that does not find a name here would take it from the part around this one, and never end.
    private static var none: View {
        [
            "pProse": false, "pSecond": false, "pThird": false, "pBullets": false, "pNumbers": false, "pCommand": false, "pAnswer": false,
            "pTable": false, "pQuote": false, "pTabs": false,
        ]
    }

    var view: View { Self.none.adding(own) }

    private static func name(_ language: String) -> String {
        switch language {
        case "js": "JavaScript"
        case "python": "Python"
        case "swift": "Swift"
        default: "curl"
        }
    }

    /// Tells the groups of one page apart (FNV-1a over the first text).
    private static func mark(_ codes: [Document.Code]) -> String {
        String((codes.first?.text ?? "").utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }, radix: 16)
    }

    private var own: View {
        switch self {
        case .paragraph(let runs): ["pProse": ["runs": runs.map(\.view)] as View]
        case .heading(let level, let words, let slug): [level <= 2 ? "pSecond" : "pThird": ["words": words, "slug": slug] as View]
        case .list(let isOrdered, let items):
            [isOrdered ? "pNumbers" : "pBullets": ["items": items.map { ["parts": $0.map(\.view)] as View }] as View]
        // What is typed can be copied; what comes back is only read.
        case .code(let text, let language): [language == "sh" ? "pCommand" : "pAnswer": text]
        case .codes(let codes):
            [
                "pTabs": [
                    "tabsWord": "Language",
                    "tabs": codes.enumerated().map { index, code in
                        [
                            "tabWord": Self.name(code.language), "tabText": code.text, "tabNumber": String(index + 1),
                            "tabIsFirst": index == 0, "tabGroup": "code-\(Self.mark(codes))",
                        ] as View
                    },
                ] as View
            ]
        case .table(let columns, let rows):
            [
                "pTable": [
                    "columns": columns.map { ["columnName": $0, "columnIsNamed": !$0.isEmpty] as View },
                    "rows": rows.map { row in
                        ["cells": zip(columns, row).map { ["cLabel": $0, "runs": $1.map(\.view)] as View }] as View
                    },
                ] as View
            ]
        case .quote(let parts): ["pQuote": ["parts": parts.map(\.view)] as View]
        }
    }
}

extension Document.Run {
    var view: View {
        switch self {
        case .text(let text): ["rText": text]
        case .code(let text): ["rCode": text]
        case .strong(let text): ["rStrong": text]
        case .emphasis(let text): ["rEmphasis": text]
        case .link(let words, let address): ["rLink": address, "rWords": words]
        case .picture(let words, let address): ["rPicture": address, "rPictureWords": words]
        }
    }
}
