import FHIR

/// The member's own Patient resource, read by id.
struct PatientDownload: Sendable {
    let download: Download

    func run() async throws(ReceiveProblem) {
        let type = ResourceType.patient
        let (file, state) = try await download.openFile(type)
        download.report(.typeStarted(type.name))
        if state.count == 0 {
            guard let address = download.base.appending("Patient/\(download.patient)") else { return }
            let answer: HTTPAnswer
            do throws(Stop) {
                answer = try await download.requests.get(address, access: download.access)
            } catch {
                switch error {
                case .run(let problem): throw problem
                case .type(let reason, let again): return try await download.end(type, .failed, reason: reason, again: again)
                }
            }
            switch answer.status {
            case 200: break
            case 403: return try await download.end(type, .notShared, reason: answer.reason)
            default: return try await download.end(type, .failed, reason: answer.reason, again: answer.status >= 500)
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
                return try await download.end(type, .failed, reason: reason)
            }
        }
        try file.finish()
        try await download.end(type, .done)
    }
}
