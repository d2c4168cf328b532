/// A FHIR date or dateTime as the time it covers, `[low, high)` in milliseconds; a partial date covers its year, month or day.
///
/// A value without a zone is read as UTC. Source: FHIR R4 search, §3.1.1.4.7.
package struct DateRange: Sendable, Hashable {
    package let low: Int64
    package let high: Int64

    package static let earliest = Int64.min / 2
    package static let latest = Int64.max / 2

    package init(low: Int64, high: Int64) { (self.low, self.high) = (low, high) }

    package init?(_ text: some Sequence<UInt8>) { self.init(bytes: Array(text)) }

    private init?(bytes: [UInt8]) {
        var reader = DigitReader(bytes: bytes)
        guard let year = reader.digits(4), year > 0 else { return nil }
        let day = { (month: Int, day: Int) in CivilDay(year: year, month: month, day: day).map { $0.daysSinceEpoch * 86_400_000 } }
        if reader.isAtEnd {
            guard let low = day(1, 1), let last = day(12, 31) else { return nil }
            self.init(low: low, high: last + 86_400_000)
            return
        }
        guard reader.take("-"), let month = reader.digits(2), (1...12).contains(month) else { return nil }
        if reader.isAtEnd {
            guard let low = day(month, 1) else { return nil }
            self.init(low: low, high: low + Int64(CivilDay.length(year: year, month: month)) * 86_400_000)
            return
        }
        guard reader.take("-"), let number = reader.digits(2), let midnight = day(month, number) else { return nil }
        if reader.isAtEnd {
            self.init(low: midnight, high: midnight + 86_400_000)
            return
        }
        guard reader.take("T"), let hour = reader.digits(2), hour < 24, reader.take(":"), let minute = reader.digits(2), minute < 60 else {
            return nil
        }
        var low = midnight + Int64(hour * 60 + minute) * 60_000
        var width: Int64 = 60_000
        if reader.take(":") {
            guard let second = reader.digits(2), second <= 60 else { return nil }
            low += Int64(second) * 1000
            width = 1000
            if reader.take(".") {
                guard let fraction = reader.fraction() else { return nil }
                low += fraction
                width = 1
            }
        }
        guard let offset = reader.zone() else { return nil }
        self.init(low: low - offset, high: low - offset + width)
    }
}

/// Reads the digits of a date from left to right.
private struct DigitReader {
    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        guard at + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[at..<at + count] {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        at += count
        return value
    }

    /// The digits after the decimal point as milliseconds; finer ones are cut.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
            if count < 3 { value = value * 10 + Int64(bytes[at] - 0x30) }
            count += 1
            at += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<max(3, count) { value *= 10 }
        return value
    }

    /// Milliseconds east of UTC; nothing means UTC.
    mutating func zone() -> Int64? {
        if isAtEnd { return 0 }
        if take("Z") { return isAtEnd ? 0 : nil }
        let sign: Int64 = take("+") ? 1 : take("-") ? -1 : 0
        // In a query "+" may arrive as a space when a client forgot to encode it.
        let east = sign != 0 ? sign : take(" ") ? 1 : 0
        guard east != 0, let hours = digits(2), hours <= 14, take(":"), let minutes = digits(2), minutes < 60, isAtEnd else { return nil }
        return east * Int64(hours * 60 + minutes) * 60_000
    }
}
