extension Document.Part {
    /// A template that does not find a name here would take it from the part around this one, and never end.
    private static var none: View {
        [
            "pProse": false, "pSecond": false, "pThird": false, "pBullets": false, "pNumbers": false, "pCommand": false, "pAnswer": false,
            "pTable": false, "pQuote": false,
        ]
    }

    var view: View { Self.none.adding(own) }

    private var own: View {
        switch self {
        case .paragraph(let runs): ["pProse": ["runs": runs.map(\.view)] as View]
        case .heading(let level, let words, let slug): [level <= 2 ? "pSecond" : "pThird": ["words": words, "slug": slug] as View]
        case .list(let isOrdered, let items):
            [isOrdered ? "pNumbers" : "pBullets": ["items": items.map { ["parts": $0.map(\.view)] as View }] as View]
        // What is typed can be copied; what comes back is only read.
        case .code(let text, let language): [language == "sh" ? "pCommand" : "pAnswer": text]
        case .table(let columns, let rows):
            [
                "pTable": [
                    "columns": columns.map { ["columnName": $0] as View },
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
        }
    }
}
