import FHIR

/// As the store keeps it beside the transfer.
extension TransferReport {
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { report in
            report.member(
                "types",
                array: { list in
                    for type in types {
                        list.object {
                            $0.member("type", type.type)
                            $0.member("count", type.count)
                            $0.member("bytes", type.bytes)
                        }
                    }
                })
            Self.write(months, "months", &report)
            report.member("undated", undated)
            Self.write(unknownCodes, "unknownCodes", &report)
            Self.write(quarantined, "quarantined", &report)
            Self.write(missing, "missing", &report)
            report.member("notShared", strings: notShared)
            report.member("brokenOff", strings: brokenOff)
            report.member("milliseconds", milliseconds)
        }
        return writer.bytes
    }

    private static func write(_ list: [Counted], _ name: String, _ writer: inout JSONWriter) {
        writer.member(
            name,
            array: { array in
                for counted in list {
                    array.object {
                        $0.member("words", counted.words)
                        $0.member("count", counted.count)
                    }
                }
            })
    }

    /// Nil for anything but what `json` writes.
    package init?(json: [UInt8]) {
        let read: TransferReport?? = try? JSONParser().withDocument(json) { root in
            guard root.isObject else { return nil }
            var report = TransferReport()
            root["types"]?.forEachElement { type in
                guard let name = type["type"]?.string, let count = type["count"]?.int, let bytes = type["bytes"]?.int else { return }
                report.types.append(TypeCount(type: name, count: count, bytes: bytes))
            }
            report.months = Self.counted(root["months"])
            report.undated = root["undated"]?.int ?? 0
            report.unknownCodes = Self.counted(root["unknownCodes"])
            report.quarantined = Self.counted(root["quarantined"])
            report.missing = Self.counted(root["missing"])
            root["notShared"]?.forEachElement { if let words = $0.string { report.notShared.append(words) } }
            root["brokenOff"]?.forEachElement { if let words = $0.string { report.brokenOff.append(words) } }
            report.milliseconds = root["milliseconds"]?.int ?? 0
            return report
        }
        guard case .some(.some(let report)) = read else { return nil }
        self = report
    }

    private static func counted(_ list: JSONValue?) -> [Counted] {
        var found: [Counted] = []
        list?.forEachElement { entry in
            if let words = entry["words"]?.string, let count = entry["count"]?.int { found.append(Counted(words, count)) }
        }
        return found
    }
}
