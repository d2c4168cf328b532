import FHIR

/// One type's search, page by page: each page is on disk and in the state before the next is asked for.
struct SearchDownload {
    let download: Download
    let type: ResourceType
    /// Links followed in this run; one that comes again would never end.
    private var followed: Set<String> = []

    init(download: Download, type: ResourceType) {
        self.download = download
        self.type = type
    }

    private enum Outcome {
        case done
        case notShared(String)
        case failed(String, again: Bool)
    }

    mutating func run() async throws(ReceiveProblem) {
        let (file, state) = try await download.openFile(type)
        download.report(.typeStarted(type.name, received: state.count))
        let outcome: Outcome
        do throws(Stop) {
            outcome = try await pages(into: file, from: state)
        } catch {
            switch error {
            case .run(let problem): throw problem
            case .type(let reason, let again): outcome = .failed(reason, again: again)
            }
        }
        switch outcome {
        case .done:
            try file.finish()
            try await download.journal.update(type) { $0.countMissing() }
            try await download.end(type, .done)
        case .notShared(let reason):
            try file.leave()
            try await download.end(type, .notShared, reason: reason)
        case .failed(let reason, let again):
            try file.leave()
            try await download.end(type, .failed, reason: reason, again: again)
        }
    }

    private mutating func pages(into file: NDJSONFile, from known: TypeState) async throws(Stop) -> Outcome {
        guard let first = download.base.appending("\(type.name)?patient=\(download.patient)&_count=\(download.options.pageSize)") else {
            throw .type(reason: "its address cannot be written", again: false)
        }
        // The last page was written and recorded, only the end of the type was not.
        if known.pages > 0, known.next == nil { return .done }
        var state = known
        var address = first
        var isResumed = false
        if let next = known.next.flatMap({ WebAddress($0) }) { (address, isResumed) = (next, true) }
        while true {
            followed.insert(address.text)
            let answer = try await download.requests.get(address, access: download.access)
            if answer.status != 200 {
                if isResumed, (400..<500).contains(answer.status), answer.status != 403 {
                    // Page links may not live as long as an interruption: from the first page again, leaving out what is there.
                    (address, isResumed, followed) = (first, false, [])
                    do throws(ReceiveProblem) {
                        try await download.journal.update(type) { ($0.rejected, $0.duplicates) = ([], 0) }
                    } catch {
                        throw .run(error)
                    }
                    continue
                }
                return try refused(answer, state)
            }
            isResumed = false
            let page = try read(answer.body, file)
            state = try await write(page, address, file)
            guard let link = state.next, let next = WebAddress(link) else { return .done }
            guard !followed.contains(next.text) else { throw .type(reason: "a page links back to one that was read", again: false) }
            guard state.pages < download.options.limits.pages else {
                throw .type(reason: "there are more than \(state.pages) pages", again: false)
            }
            guard state.bytes < download.options.limits.fileBytes else {
                throw .type(reason: "there are more than \(state.bytes) bytes", again: false)
            }
            address = next
        }
    }

    private func refused(_ answer: HTTPAnswer, _ state: TypeState) throws(Stop) -> Outcome {
        if state.pages == 0 {
            switch answer.status {
            case 403: return .notShared(answer.reason)
            case 404, 405, 501: return .notShared("the server does not offer it (\(answer.status))")
            default: break
            }
        }
        throw .type(reason: answer.reason, again: answer.status >= 500 || answer.status == 403)
    }

    private func read(_ body: [UInt8], _ file: NDJSONFile) throws(Stop) -> SearchPage {
        do throws(SearchPage.Unreadable) {
            return try SearchPage(
                body, type: type, patient: download.patient, limit: download.options.limits.resourceBytes, ids: &file.ids)
        } catch {
            throw .type(reason: error.reason, again: false)
        }
    }

    /// Puts the page on disk, then the state that counts it; a link that may not be followed is refused only after that.
    private func write(_ page: SearchPage, _ address: WebAddress, _ file: NDJSONFile) async throws(Stop) -> TypeState {
        let next = page.next.map { address.following($0, base: download.base) }
        let isForeign = next.map { $0?.origin != download.base.origin } ?? false
        let text = isForeign ? nil : next??.text
        let place = next.flatMap { $0?.origin.description } ?? "an address that cannot be read"
        let refusal = "the next page is on another server (\(place)); the token was not sent there"
        do throws(ReceiveProblem) {
            try file.append(page.lines)
            let bytes = file.bytes
            try await download.journal.update(type) { state in
                state.bytes = bytes
                state.count += page.count
                state.pages += 1
                state.duplicates += page.duplicates
                state.announced = page.total ?? state.announced
                state.next = text
                for (id, reason) in page.rejected { TypeState.Counted.add(id, reason, to: &state.rejected) }
                // In one step with the page: without a next link it would look like the last one.
                if isForeign { (state.status, state.reason) = (.failed, refusal) }
            }
        } catch {
            throw .run(error)
        }
        let state = await download.journal.type(type) ?? TypeState(type, .search)
        download.report(.page(type: type.name, received: state.count, total: page.total))
        if isForeign { throw .type(reason: refusal, again: false) }
        return state
    }
}
