import Crypto
import Exchange
import FHIR
import Foundation
import Synchronization
import Trust

/// The Provenance with which a plan says that it is the transmitter of what a token reads: one for each type of the record.
///
/// It is made when it is asked for and names what is open to the asker, so that nothing hidden shows in it. Source: PDex 2.2 §pdex-127,
/// US Core Provenance.
extension RecordReader {
    private static let participant = "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type"

    /// The transmission's Provenance of one type; nil when nothing of the type, or no Provenance, is open.
    func transmission(of type: ResourceType, for interaction: Scope.Interactions) throws -> Found? {
        guard type != .provenance, !ReleasedTypes.isShared(type), case .all = access.opening(.provenance, for: interaction),
            let view = try view(type, for: .search), view.count > 0
        else { return nil }
        if view.open == nil, let known = view.shelf.transmission.withLock({ $0 }) { return Found(shelf: known, row: 0) }
        let made = transmissionShelf([(type, view)])
        if view.open == nil { view.shelf.transmission.withLock { $0 = made } }
        return Found(shelf: made, row: 0)
    }

    /// The one of this id, if it is one of the record's.
    func transmission(id: String, for interaction: Scope.Interactions) throws -> Found? {
        guard id.hasPrefix(Self.idPrefix) else { return nil }
        for type in ReleasedTypes.clinical where transmissionID(type).utf8.elementsEqual(id.utf8) {
            return try transmission(of: type, for: interaction)
        }
        return nil
    }

    /// The stored ones and the transmission's together.
    func withTransmissions(_ stored: View, for interaction: Scope.Interactions) throws -> View {
        guard case .all = access.opening(.provenance, for: interaction) else { return stored }
        var views: [(ResourceType, View)] = []
        for type in ReleasedTypes.clinical where type != .provenance && !ReleasedTypes.isShared(type) {
            if let view = try view(type, for: .search), view.count > 0 { views.append((type, view)) }
        }
        let made = transmissionShelf(views)
        var all = made.rows.indices.map { Found(shelf: made, row: $0) }
        stored.rows.forEach {
            all.append(Found(shelf: stored.shelf, row: $0))
            return true
        }
        return View(shelf: Self.shelf(of: all, .provenance, base: base), open: nil)
    }

    private static let idPrefix = "transmission-"

    private func transmissionID(_ type: ResourceType) -> String {
        let name = "\(access.plan.id)|\(access.compartment.patientID)|\(type.name)"
        let digest = SHA256.hash(data: Data(name.utf8)).prefix(16)
        return Self.idPrefix + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func transmissionShelf(_ views: [(type: ResourceType, view: View)]) -> Shelf {
        let made = views.map { type, view in (id: transmissionID(type), type: type, view: view) }.sorted { $0.id < $1.id }
        var builder = ShelfBuilder(.provenance, base: base)
        for (id, type, view) in made {
            var latest = Timestamp(milliseconds: 0)
            view.rows.forEach { row in
                latest = max(latest, view.shelf.rows[row].lastUpdated)
                return true
            }
            let targets = JSONText.targets(view, patientID: access.compartment.patientID)
            // A version that is the same for the same content, whoever else's data has changed.
            let version = Int(targets.withUnsafeBytes { TextPool.hash($0) } >> 16)
            let body = document(id, type, targets, version, latest)
            id.utf8.withContiguousStorageIfAvailable { id in
                body.withUnsafeBytes { body in
                    builder.append(StoredResource(id: UnsafeRawBufferPointer(id), version: version, lastUpdated: latest, body: body))
                }
            }
        }
        return builder.finish()
    }

    private func document(_ id: String, _ type: ResourceType, _ targets: [UInt8], _ version: Int, _ recorded: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { provenance in
            provenance.member("resourceType", "Provenance")
            provenance.member("id", id)
            provenance.member(
                "meta",
                object: { meta in
                    meta.member("versionId", String(version))
                    meta.member("lastUpdated", recorded.instant)
                    meta.member("profile", strings: ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance"])
                })
            provenance.name("target")
            provenance.raw(targets)
            provenance.member("recorded", recorded.instant)
            provenance.member(
                "agent",
                array: {
                    $0.object { agent in
                        agent.member(
                            "type",
                            object: {
                                $0.member(
                                    "coding",
                                    array: {
                                        $0.object { coding in
                                            coding.member("system", Self.participant)
                                            coding.member("code", "transmitter")
                                            coding.member("display", "Transmitter")
                                        }
                                    })
                            })
                        agent.member(
                            "who",
                            object: { who in
                                who.member("type", "Organization")
                                who.member(
                                    "identifier",
                                    object: { identifier in
                                        identifier.member("system", "urn:ietf:rfc:3986")
                                        identifier.member("value", base)
                                    })
                                who.member("display", access.plan.name)
                            })
                    }
                })
        }
        return writer.bytes
    }
}

private enum JSONText {
    /// `[{"reference":"Patient/..."},...]`: the member, then each open resource.
    static func targets(_ view: RecordReader.View, patientID: String) -> [UInt8] {
        var out = Array(#"[{"reference":"Patient/\#(patientID)"}"#.utf8)
        guard view.shelf.type != .patient else { return out + "]".utf8 }
        let front = Array(#",{"reference":"\#(view.shelf.type.name)/"#.utf8)
        view.rows.forEach { row in
            out += front
            view.shelf.withID(row) { out.append(contentsOf: $0) }
            out += #""}"#.utf8
            return true
        }
        out.append(UInt8(ascii: "]"))
        return out
    }
}
