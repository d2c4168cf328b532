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
        let isWhole = view.open == nil
        return Found(shelf: isWhole ? view.shelf.transmission { transmissionShelf(type, view) } : transmissionShelf(type, view), row: 0)
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
        let transmissions = try ReleasedTypes.clinical.compactMap { try transmission(of: $0, for: interaction) }
        func all() -> Shelf {
            var all = transmissions
            stored.rows.forEach {
                all.append(Found(shelf: stored.shelf, row: $0))
                return true
            }
            return Self.shelf(of: all, .provenance, base: base)
        }
        return View(shelf: stored.open == nil ? stored.shelf.joined(with: transmissions.map(\.shelf), all) : all(), open: nil)
    }

    private static let idPrefix = "transmission-"

    private func transmissionID(_ type: ResourceType) -> String {
        let name = "\(access.plan.id)|\(access.compartment.patientID)|\(type.name)"
        let digest = SHA256.hash(data: Data(name.utf8)).prefix(16)
        return Self.idPrefix + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func transmissionShelf(_ type: ResourceType, _ view: View) -> Shelf {
        var latest = Timestamp(milliseconds: 0)
        view.rows.forEach { row in
            latest = max(latest, view.shelf.rows[row].lastUpdated)
            return true
        }
        let id = transmissionID(type)
        let targets = JSONText.targets(view, patientID: access.compartment.patientID)
        let version = transmissionVersion(targets, latest)
        let body = document(id, targets, version, latest)
        var builder = ShelfBuilder(.provenance, base: base, capacity: body.count + 256)
        Array(id.utf8).withUnsafeBytes { id in
            body.withUnsafeBytes { body in builder.append(StoredResource(id: id, version: version, lastUpdated: latest, body: body)) }
        }
        return builder.finish()
    }

    /// Another one for other content and the same for the same, whoever else's data has changed and however often this was made: 48 bits of
    /// SHA-256 over all that the document says.
    private func transmissionVersion(_ targets: [UInt8], _ recorded: Timestamp) -> Int {
        var hash = SHA256()
        hash.update(data: targets)
        hash.update(data: Array("|\(recorded.milliseconds)|\(base)|\(access.plan.name)".utf8))
        return hash.finalize().prefix(6).reduce(0) { $0 << 8 | Int($1) }
    }

    private func document(_ id: String, _ targets: [UInt8], _ version: Int, _ recorded: Timestamp) -> [UInt8] {
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
