import Chart
import FHIR

/// Which page of a chart an address means; the addresses below the chart's own root and nothing else.
///
/// `/` the chart, `/print`, `/timeline`, `/search`, `/summary.html`, `/KIND` a whole section, `/Type/id` an entry, `/Type/id/files/0`
/// a file that came with it.
enum ChartRoute: Sendable, Equatable {
    case chart, print, timeline, search, summary
    case section(ChartKind)
    case item(ResourceType, String)
    case file(ResourceType, String, Int)

    /// `path` is what follows the root, without a slash at its beginning.
    init?(_ path: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        switch parts.count {
        case 1:
            switch parts[0] {
            case "": self = .chart
            case "print": self = .print
            case "timeline": self = .timeline
            case "search": self = .search
            case "summary.html": self = .summary
            default:
                guard let kind = ChartKind(rawValue: parts[0]) else { return nil }
                self = .section(kind)
            }
        case 2, 4:
            guard let type = ResourceType(parts[0]), let id = ResourceID(parts[1]) else { return nil }
            if parts.count == 2 {
                self = .item(type, id.text)
                return
            }
            guard parts[2] == "files", parts[3].utf8.count <= 3, let number = Int(parts[3]), number >= 0 else { return nil }
            self = .file(type, id.text, number)
        default: return nil
        }
    }
}
