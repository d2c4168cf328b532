/// A page of the documentation whose HTML was made once: for each reader only their own values are put in.
///
/// The templates took 30 to 50 ms for the longest pages.
struct ReadyDocument: Sendable {
    private enum Piece: Sendable {
        case html(String)
        case value(ReaderValue)
    }

    let title: String
    private let pieces: [Piece]

    init(title: String, _ parts: [Document.Part]) {
        self.title = title
        pieces = Self.pieces(of: Templates.render("parts", ["parts": parts.map(\.view)]))
    }

    private static func pieces(of html: String) -> [Piece] {
        var pieces: [Piece] = []
        var text = String.UnicodeScalarView()
        for scalar in html.unicodeScalars {
            guard let value = ReaderValue.allCases.first(where: { $0.mark == scalar }) else {
                text.append(scalar)
                continue
            }
            // Before every mark stands its lead: escaping leaves both as they are.
            text.removeLast(value.lead.unicodeScalars.count)
            pieces += [.html(String(text)), .value(value)]
            text = String.UnicodeScalarView()
        }
        return pieces + [.html(String(text))]
    }

    /// Escaped as everything else is, in text and in attributes alike.
    func html(for reader: DocumentShelf.Reader) -> String {
        var html = ""
        for piece in pieces {
            switch piece {
            case .html(let text): html += text
            case .value(let value): html += PageText().escapeText(value.text(for: reader))
            }
        }
        return html
    }
}
