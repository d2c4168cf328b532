import Crypto
import FHIR
import Foundation

/// Makes the receipt from the state and from what really lies on disk.
struct ReceiptWriter {
    let sender: Sender
    let folder: OutputFolder

    /// Reads every file once more: the sums are those of the bytes on disk.
    func receipt(_ state: ReceiveState, patient: String) throws(ReceiveProblem) -> Receipt {
        var types: [Receipt.TypeCount] = []
        var member = Receipt.Member(patientID: patient, name: nil, birthDate: nil)
        for type in state.types {
            guard type.count > 0 else {
                types.append(.init(type: type.type.name, count: 0, bytes: 0, file: nil, sha256: nil))
                continue
            }
            let final = folder.finalPath(type.type)
            let isWhole = DiskFile.exists(final)
            let path = isWhole ? final : folder.partPath(type.type)
            let (bytes, sum) = try Self.sum(path)
            guard bytes == type.bytes else { throw .badState(path: path, reason: "it was changed while it was received") }
            let name = OutputFolder.finalName(type.type) + (isWhole ? "" : ".part")
            types.append(.init(type: type.type.name, count: type.count, bytes: bytes, file: name, sha256: sum))
            if type.type == .patient { member = Self.member(patient, path) }
        }
        return Receipt(
            source: .init(
                from: state.from, fhirBase: state.fhirBase, issuer: sender.issuer.map { PlainText.shown($0) },
                softwareName: sender.software.name, softwareVersion: sender.software.version),
            member: member,
            startedAt: state.startedAt.instant, finishedAt: Timestamp.now.instant,
            types: types,
            notShared: Self.ended(state, .notShared), failures: Self.ended(state, .failed),
            gaps: Self.leftOut(state, \.gaps), rejected: Self.leftOut(state, \.rejected),
            requests: state.requests, retries: state.retries, folder: folder.path)
    }

    private static func ended(_ state: ReceiveState, _ status: TypeState.Status) -> [Receipt.NotReceived] {
        state.types.filter { $0.status == status }.map {
            .init(type: $0.type.name, reason: $0.reason ?? "no reason is known", mayTryAgain: $0.again)
        }
    }

    private static func leftOut(_ state: ReceiveState, _ list: KeyPath<TypeState, [TypeState.Counted]>) -> [Receipt.LeftOut] {
        state.types.flatMap { type in
            type[keyPath: list].map { .init(type: type.type.name, reason: $0.reason, count: $0.count, ids: $0.ids) }
        }
    }

    private static func sum(_ path: String) throws(ReceiveProblem) -> (Int, String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .badState(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var hasher = SHA256()
        var total = 0
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            guard count > 0 else { throw .badState(path: path, reason: String(cString: strerror(errno))) }
            hasher.update(data: buffer[..<count])
            total += count
        }
        return (total, hasher.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    private static func member(_ patient: String, _ path: String) -> Receipt.Member {
        let found = (try? readWhole(path: path, limit: 16 * 1024 * 1024)).flatMap { bytes in
            try? JSONParser().withDocument(bytes) { root in
                Receipt.Member(patientID: patient, name: name(root), birthDate: PlainText.shown(root["birthDate"], limit: 10))
            }
        }
        return found ?? Receipt.Member(patientID: patient, name: nil, birthDate: nil)
    }

    /// The official name, or the first.
    private static func name(_ root: JSONValue) -> String? {
        var chosen: JSONValue?
        root["name"]?.forEachElement { name in
            if chosen == nil || (name["use"]?.isText("official") == true && chosen?["use"]?.isText("official") != true) { chosen = name }
        }
        guard let chosen else { return nil }
        if let text = PlainText.shown(chosen["text"], limit: 120) { return text }
        var parts: [String] = []
        chosen["given"]?.forEachElement { if let given = PlainText.shown($0, limit: 60) { parts.append(given) } }
        if let family = PlainText.shown(chosen["family"], limit: 60) { parts.append(family) }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
