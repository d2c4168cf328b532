/// Days and instants in words.
enum DayWords {
    /// `2024-01-04` as "January 4, 2024" or "4 de enero de 2024"; anything else comes back as it was.
    static func long(_ day: String, in language: Language) -> String {
        guard let (year, month, day) = parts(day) else { return day }
        switch language {
        case .english: return "\(english[month - 1]) \(day), \(year)"
        case .spanish: return "\(day) de \(spanish[month - 1]) de \(year)"
        }
    }

    /// `2024-01-04T09:05:11Z` as "January 4, 2024, 09:05 UTC"; anything else comes back as it was.
    static func instant(_ instant: String, in language: Language) -> String {
        let bytes = Array(instant.utf8)
        guard bytes.count >= 17, bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z") else { return instant }
        let day = String(instant.prefix(10))
        guard parts(day) != nil else { return instant }
        return "\(long(day, in: language)), \(instant.dropFirst(11).prefix(5)) UTC"
    }

    private static func parts(_ day: String) -> (year: Int, month: Int, day: Int)? {
        let pieces = day.split(separator: "-", omittingEmptySubsequences: false)
        guard pieces.count == 3, pieces[0].utf8.count == 4, pieces[1].utf8.count == 2, pieces[2].utf8.count == 2,
            let year = Int(pieces[0]), let month = Int(pieces[1]), let day = Int(pieces[2]),
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        return (year, month, day)
    }

    private static let english = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    private static let spanish = [
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ]
}
