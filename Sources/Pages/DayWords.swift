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

    /// `2024-01-04` as "Jan 4, 2024" or "4 ene 2024", where there is little room; anything else comes back as it was.
    static func brief(_ day: String, in language: Language) -> String {
        guard let (year, month, day) = parts(day) else { return day }
        switch language {
        case .english: return "\(english[month - 1].prefix(3)) \(day), \(year)"
        case .spanish: return "\(day) \(spanish[month - 1].prefix(3)) \(year)"
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

    /// A FHIR date of any precision by its day, month or year: "March 2014", "marzo de 2014"; anything else comes back as it was.
    static func partial(_ text: String, in language: Language) -> String {
        switch text.utf8.count {
        case 0..<7: return text
        case 7:
            guard let (year, month, _) = parts(text + "-01") else { return text }
            return language("\(english[month - 1]) \(year)", "\(spanish[month - 1]) de \(year)")
        default: return long(String(decoding: text.utf8.prefix(10), as: UTF8.self), in: language)
        }
    }

    /// A FHIR date with its time of day as the writer's clock had it: "May 23, 2019, 09:15 (UTC-04:00)".
    static func moment(_ text: String, in language: Language) -> String {
        let bytes = Array(text.utf8)
        let day = partial(text, in: language)
        guard bytes.count >= 16, bytes[10] == UInt8(ascii: "T") else { return day }
        let clock = String(decoding: bytes[11..<16], as: UTF8.self)
        let rest = bytes[16...]
        guard let zone = rest.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "Z") }) else {
            return "\(day), \(clock)"
        }
        let offset = rest[zone] == UInt8(ascii: "Z") ? "" : String(decoding: rest[zone...], as: UTF8.self)
        return "\(day), \(clock) (UTC\(offset))"
    }

    /// A FHIR date by its month in digits, `03/2014`, where there is little room.
    static func short(_ text: String) -> String {
        let bytes = text.utf8.prefix(7)
        guard bytes.count == 7, let (year, month, _) = parts(String(decoding: bytes, as: UTF8.self) + "-01") else { return text }
        return "\(month < 10 ? "0" : "")\(month)/\(year)"
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
