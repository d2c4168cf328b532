import FHIR

/// The `Retry-After` header: seconds, or an HTTP date. RFC 9110 §10.2.3.
enum RetryAfter {
    /// nil when it is neither; a date that has passed is zero.
    static func duration(_ text: String, now: Timestamp) -> Duration? {
        let bytes = Array(text.utf8)
        if (1...9).contains(bytes.count), bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return Int(text).map { .seconds($0) } }
        guard let date = date(bytes) else { return nil }
        return .milliseconds(max(0, date.milliseconds - now.milliseconds))
    }

    /// IMF-fixdate (`Tue, 24 Nov 2026 02:10:03 GMT`), the one form that may be sent today. RFC 9110 §5.6.7.
    private static func date(_ bytes: [UInt8]) -> Timestamp? {
        guard bytes.count == 29, bytes[25...].elementsEqual(" GMT".utf8) else { return nil }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let month = months.firstIndex(where: { $0.utf8.elementsEqual(bytes[8..<11]) }),
            let day = number(bytes[5..<7]), let year = number(bytes[12..<16]), let hour = number(bytes[17..<19]),
            let minute = number(bytes[20..<22]), let second = number(bytes[23..<25]), hour < 24, minute < 60, second <= 60,
            let civil = CivilDay(year: year, month: month + 1, day: day)
        else { return nil }
        return Timestamp(milliseconds: (civil.daysSinceEpoch * 86_400 + Int64(hour * 3600 + minute * 60 + second)) * 1000)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
