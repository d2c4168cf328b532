extension Receipt {
    /// The end of a receive for a person to read: whose records, how many of what, where they lie, what is missing, what to do next.
    package var summary: String {
        var lines: [String] = []
        let born = member.birthDate.map { ", born \($0)" } ?? ""
        lines.append("\(isComplete ? "Received" : "Received in part"): \(member.name ?? "a member")\(born) (patient \(member.patientID))")
        let software = source.softwareName.map { " (" + $0 + (source.softwareVersion.map { " " + $0 } ?? "") + ")" } ?? ""
        lines.append("From \(source.fhirBase)\(software)")
        lines.append("")
        lines += table
        lines += missing
        lines.append("")
        lines.append("Files: \(folder)")
        lines.append("       receipt.json names each one with its SHA-256.")
        let next =
            isComplete
            ? "Next:  load the files, and keep receipt.json with them."
            : failures.contains(where: \.mayTryAgain)
                ? "Next:  run the same command again; it fetches only what is missing."
                : "Next:  show the reasons above to the health plan; what is here is sound."
        lines.append(next)
        return lines.joined(separator: "\n")
    }

    private var table: [String] {
        var rows = types.filter { $0.count > 0 }.map { ($0.type, ProgressPrinter.grouped($0.count), Self.size($0.bytes)) }
        rows.append(("Total", ProgressPrinter.grouped(resources), Self.size(bytes)))
        let name = rows.map(\.0.count).max() ?? 0
        let count = max(9, rows.map(\.1.count).max() ?? 0)
        let size = max(8, rows.map(\.2.count).max() ?? 0)
        return [Self.padded("Type", name) + "  " + Self.right("Resources", count) + "  " + Self.right("Size", size)]
            + rows.map { Self.padded($0.0, name) + "  " + Self.right($0.1, count) + "  " + Self.right($0.2, size) }
    }

    private var missing: [String] {
        var lines: [String] = []
        if !notShared.isEmpty { lines += ["", "Not shared: " + notShared.map(\.type).joined(separator: ", ")] }
        if !failures.isEmpty { lines += ["", "Ended early:"] + failures.map { "  \($0.type): \($0.reason)" } }
        if !gaps.isEmpty {
            lines +=
                ["", "Referred to, but not to be had:"] + gaps.map { "  \(ProgressPrinter.grouped($0.count)) \($0.type): \($0.reason)" }
        }
        if !rejected.isEmpty {
            lines += ["", "Received, but not kept:"] + rejected.map { "  \(ProgressPrinter.grouped($0.count)) \($0.type): \($0.reason)" }
        }
        return lines
    }

    /// `1.5 MB`; in thousands, as disks are sold.
    private static func size(_ bytes: Int) -> String {
        if bytes < 1000 { return "\(bytes) B" }
        for (unit, name) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "KB")] where bytes >= unit {
            return "\(bytes / unit).\(bytes % unit * 10 / unit) \(name)"
        }
        return "\(bytes) B"
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    private static func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
}
