import Foundation

/// The resources of a Bundle on their way into a store: their references between each other and by identifier resolved to `Type/id`.
package struct BundleEntries {
    package struct Entry {
        package let number: Int
        package let resource: JSONValue
        package let fallbackID: ResourceID?
    }

    package private(set) var entries: [Entry] = []
    /// The numbers of the entries that delete.
    package private(set) var deletions: [Int] = []
    /// `fullUrl` (such as `urn:uuid:...`) to `Type/id`.
    private var byFullURL: [String: Reference] = [:]

    /// `bundle` is a parsed Bundle of any type; entries without a resource are left out.
    package init(_ bundle: JSONValue) {
        var number = 0
        bundle["entry"]?.forEachElement { entry in
            number += 1
            if entry["request"]?["method"]?.isText("DELETE") == true { return deletions.append(number) }
            guard let resource = entry["resource"] else { return }
            let fullURL = entry["fullUrl"]?.string
            let fallback = fullURL.flatMap { url in url.hasPrefix("urn:uuid:") ? ResourceID(String(url.dropFirst(9))) : nil }
            entries.append(Entry(number: number, resource: resource, fallbackID: fallback))
            guard let type = resource["resourceType"]?.text.flatMap({ ResourceType($0) }),
                let id = resource["id"]?.text.flatMap({ ResourceID($0) }) ?? fallback
            else { return }
            if let fullURL { byFullURL[fullURL] = Reference(type, id) }
            // Some writers refer by the bare uuid although the entry has no fullUrl.
            byFullURL["urn:uuid:\(id.text)"] = byFullURL["urn:uuid:\(id.text)"] ?? Reference(type, id)
        }
        // What belongs to the plan comes first, so that conditional references of the same Bundle find it; a Provenance may belong to the
        // owner of what it names, so it comes last.
        let turns = entries.map(Self.turn)
        entries = (0...2).flatMap { turn in zip(entries, turns).filter { $0.1 == turn }.map(\.0) }
    }

    private static func turn(_ entry: Entry) -> Int {
        guard let type = entry.resource["resourceType"]?.text.flatMap({ ResourceType($0) }) else { return 1 }
        return ReleasedTypes.isShared(type) ? 0 : type == .provenance ? 2 : 1
    }

    /// The entry's bytes with every `urn:uuid:` and conditional (`Practitioner?identifier=system|value`) reference resolved.
    ///
    /// `lookup` finds a resource of the plan by type and identifier. References that stay open are reported and left as they are.
    package func resolved(
        _ entry: Entry, lookup: (ResourceType, String) -> ResourceID?, unresolved: (String) -> Void
    ) -> [UInt8] {
        let base = entry.resource.range.lowerBound
        var splice = ByteSplice()
        entry.resource.forEachDescendant { value in
            guard value.isObject, let reference = value["reference"], let text = reference.string else { return }
            let target: Reference?
            if text.hasPrefix("urn:") {
                target = byFullURL[text]
            } else if let mark = text.firstIndex(of: "?"), text[mark...].hasPrefix("?identifier="),
                let type = ResourceType(String(text[..<mark]))
            {
                let identifier = String(text[mark...].dropFirst("?identifier=".count))
                target = lookup(type, identifier.removingPercentEncoding ?? identifier).map { Reference(type, $0) }
            } else {
                return
            }
            if let target {
                splice.replace(
                    reference.range.lowerBound - base..<reference.range.upperBound - base, with: Array("\"\(target.text)\"".utf8))
            } else {
                unresolved(text)
            }
        }
        return splice.apply(to: entry.resource.bytes)
    }
}
