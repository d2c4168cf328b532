extension Timestamp {
    /// Reads an IMF-fixdate such as `Tue, 24 Nov 2026 02:10:03 GMT`; nil for anything else (RFC 9110 §5.6.7).
    package init?(httpDate text: String) {
        let words = text.utf8.split(separator: 0x20)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, words[5].elementsEqual("GMT".utf8),
            let month = months.firstIndex(where: { words[2].elementsEqual($0.utf8) }),
            let number = Self.digits(words[1]), let year = Self.digits(words[3]),
            let day = CivilDay(year: year, month: month + 1, day: number)
        else { return nil }
        let clock = words[4].split(separator: UInt8(ascii: ":")).map { Self.digits($0) }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60, second <= 60
        else {
            return nil
        }
        self.init(milliseconds: (day.daysSinceEpoch * 86_400 + Int64(hour * 3600 + minute * 60 + second)) * 1000)
    }

    private static func digits(_ bytes: some Collection<UInt8>) -> Int? {
        guard (1...4).contains(bytes.count) else { return nil }
        var value = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
