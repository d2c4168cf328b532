/// Writes the Prometheus text exposition format, version 0.0.4.
struct MetricsText {
    enum Kind: String { case counter, gauge, histogram }
    typealias Label = (name: String, value: String)

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// The lines before a family's samples; they stand once.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, alsoQuotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [Label] = [], _ value: Int) { write(name, labels, String(value)) }

    mutating func sample(_ name: String, _ labels: [Label] = [], seconds: Double) { write(name, labels, String(seconds)) }

    /// A family of one number.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        family(name, kind, help)
        sample(name, [], value)
    }

    /// The samples of one histogram; its family's lines stand before.
    mutating func histogram(_ name: String, _ labels: [Label], _ histogram: Histogram) {
        let buckets = histogram.buckets
        for (bound, count) in buckets { sample(name + "_bucket", labels + [("le", bound)], count) }
        sample(name + "_sum", labels, seconds: histogram.seconds)
        sample(name + "_count", labels, buckets.last?.count ?? 0)
    }

    private mutating func write(_ name: String, _ labels: [Label], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value, alsoQuotes: true))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ text: String, alsoQuotes: Bool) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
            case UInt8(ascii: "\"") where alsoQuotes: bytes += #"\""#.utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
