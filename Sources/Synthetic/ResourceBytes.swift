/// A reused buffer that JSON is written into, byte by byte, without any value tree between.
struct ResourceBytes {
    private(set) var bytes: [UInt8] = []

    var count: Int { bytes.count }

    mutating func reserve(_ capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    /// Text that is JSON already.
    @inline(__always)
    mutating func raw(_ json: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func raw(_ json: [UInt8]) { bytes.append(contentsOf: json) }

    @inline(__always)
    mutating func raw(_ json: ArraySlice<UInt8>) { bytes.append(contentsOf: json) }

    @inline(__always)
    mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// A quoted JSON string.
    mutating func string(_ text: String) {
        bytes.append(34)
        for byte in text.utf8 {
            switch byte {
            case 34, 92:
                bytes.append(92)
                bytes.append(byte)
            case 10:
                bytes.append(92)
                bytes.append(110)
            case 0..<32: bytes.append(32)
            default: bytes.append(byte)
            }
        }
        bytes.append(34)
    }

    /// Unquoted text, as it is.
    mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func integer(_ value: Int) {
        if value < 0 { bytes.append(45) }
        let magnitude = value.magnitude
        var divisor: UInt = 1
        while magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(48 + UInt8(magnitude / divisor % 10))
            divisor /= 10
        }
    }

    /// `scaled` divided by ten to the power of `places`, with every place written: 150 and 2 make `1.50`.
    mutating func decimal(_ scaled: Int, places: Int) {
        guard places > 0 else { return integer(scaled) }
        if scaled < 0 { bytes.append(45) }
        let magnitude = Int(scaled.magnitude)
        var unit = 1
        for _ in 0..<places { unit *= 10 }
        integer(magnitude / unit)
        bytes.append(46)
        digits(magnitude % unit, width: places)
    }

    mutating func digits(_ value: Int, width: Int) {
        var divisor = 1
        for _ in 1..<max(width, 1) { divisor *= 10 }
        while divisor > 0 {
            bytes.append(48 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    mutating func day(_ day: CalendarDay) {
        let (year, month, dayOfMonth) = day.civil
        digits(year, width: 4)
        bytes.append(45)
        digits(month, width: 2)
        bytes.append(45)
        digits(dayOfMonth, width: 2)
    }

    /// A FHIR dateTime such as `2019-05-23T09:15:00-04:00`; with `milliseconds` a FHIR instant.
    mutating func moment(_ moment: Moment, milliseconds: Int? = nil) {
        day(moment.day)
        bytes.append(84)
        digits(moment.second / 3600, width: 2)
        bytes.append(58)
        digits(moment.second / 60 % 60, width: 2)
        bytes.append(58)
        digits(moment.second % 60, width: 2)
        if let milliseconds {
            bytes.append(46)
            digits(milliseconds, width: 3)
        }
        bytes.append(45)
        digits(moment.hoursWest, width: 2)
        raw(":00")
    }

    mutating func id(_ id: RecordID) {
        func hex(_ nibble: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: nibble < 10 ? 48 + nibble : 87 + nibble) }
        for position in 0..<32 {
            if position == 8 || position == 12 || position == 16 || position == 20 { bytes.append(45) }
            let half = position < 16 ? id.high : id.low
            bytes.append(hex(half >> UInt64(60 - 4 * (position & 15)) & 15))
        }
    }

    /// `source` in base64 (RFC 4648 §4), without quotes.
    mutating func base64(_ source: [UInt8]) {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let letters = UnsafeBufferPointer(start: alphabet.utf8Start, count: 64)
        var index = 0
        while index < source.count {
            let left = source.count - index
            let a = Int(source[index])
            let b = left > 1 ? Int(source[index + 1]) : 0
            let c = left > 2 ? Int(source[index + 2]) : 0
            bytes.append(letters[a >> 2])
            bytes.append(letters[(a & 3) << 4 | b >> 4])
            bytes.append(left > 1 ? letters[(b & 15) << 2 | c >> 6] : 61)
            bytes.append(left > 2 ? letters[c & 63] : 61)
            index += 3
        }
    }

    /// A CodeableConcept with one coding and its display as text.
    mutating func concept(_ concept: Concept) {
        raw(#"{"coding":["#)
        coding(concept)
        raw(#"],"text":""#)
        raw(concept.display)
        raw(#""}"#)
    }

    mutating func coding(_ concept: Concept) {
        raw(#"{"system":""#)
        raw(concept.system)
        raw(#"","code":""#)
        raw(concept.code)
        raw(#"","display":""#)
        raw(concept.display)
        raw(#""}"#)
    }
}
