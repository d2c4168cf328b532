import FHIR

/// The member's own Patient resource, read by id.
struct PatientDownload: Sendable {
    let download: Download

    private let type = ResourceType.patient

    init(download: Download) { self.download = download }

    func run() async throws(ReceiveProblem) {
        let (file, state) = try await download.openFile(type)
        download.report(.typeStarted(type.name, received: state.count))
        if state.count == 0 {
            guard let address = download.base.appending("Patient/\(download.patient)") else { return }
            let answer: HTTPAnswer
            do throws(Stop) {
                answer = try await download.requests.get(address, access: download.access)
            } catch {
                switch error {
                case .run(let problem): throw problem
                case .type(let reason, let again): return try await fail(file, .failed, reason, again: again)
                }
            }
            switch answer.status {
            case 200: break
            case 403: return try await fail(file, .notShared, answer.reason, again: false)
            default: return try await fail(file, .failed, answer.reason, again: answer.status >= 500)
            }
            switch ReadResource(
                answer.body, type: type, id: download.patient, patient: download.patient, limit: download.options.limits.resourceBytes)
            {
            case .line(let line):
                try file.append(line)
                let bytes = file.bytes
                try await download.journal.update(type) { ($0.bytes, $0.count, $0.pages) = (bytes, 1, 1) }
                download.report(.page(type: type.name, received: 1, total: 1))
            case .rejected(let reason):
                try await download.journal.update(type) { [patient = download.patient] in
                    TypeState.Counted.add(patient, reason, to: &$0.rejected)
                }
                return try await fail(file, .failed, reason, again: false)
            }
        }
        try file.finish()
        try await download.end(type, .done)
    }

    private func fail(_ file: NDJSONFile, _ status: TypeState.Status, _ reason: String, again: Bool) async throws(ReceiveProblem) {
        try file.leave()
        try await download.end(type, status, reason: reason, again: again)
    }
}
