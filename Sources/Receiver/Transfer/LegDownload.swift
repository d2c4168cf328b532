import Exchange
import FHIR

/// Follows one leg page by page: what a page brought is in the store before the next is asked for.
struct LegDownload: Sendable {
    enum Way: Sendable { case everything, patient, search(ResourceType) }

    let way: Way
    let base: WebAddress
    let patient: String
    let requests: Requests
    let access: Access
    let landing: TransferLanding
    let settings: TransferSettings

    /// How the leg ended.
    enum Outcome: Sendable {
        case done
        /// The sender does not offer or does not share it.
        case notShared(String)
        /// It broke off; what came is kept.
        case broken(String)
        /// Another run may bring the rest.
        case later(String)
    }

    private var type: ResourceType? {
        switch way {
        case .everything: nil
        case .patient: .patient
        case .search(let type): type
        }
    }

    private var first: WebAddress? {
        switch way {
        case .everything: base.appending("Patient/\(patient)/$everything?_count=\(settings.pageSize)")
        case .patient: base.appending("Patient/\(patient)")
        case .search(let type): base.appending("\(type.name)?patient=\(patient)&_count=\(settings.pageSize)")
        }
    }

    func run(from known: TransferLeg) async throws -> Outcome {
        var leg = known
        let outcome: Outcome
        do throws(Stop) { outcome = try await pages(&leg) } catch {
            switch error {
            case .run(let problem): throw problem
            case .type(let reason, let again): outcome = again ? .later(reason) : .broken(reason)
            }
        }
        let before = leg
        switch outcome {
        case .done: leg.status = .done
        case .notShared(let reason): (leg.status, leg.reason) = (.notShared, reason)
        case .broken(let reason): (leg.status, leg.reason) = (.failed, reason)
        case .later: return outcome
        }
        try await landing.land([], [], leg: leg, from: before)
        return outcome
    }

    private func pages(_ leg: inout TransferLeg) async throws(Stop) -> Outcome {
        guard let first else { throw .type(reason: "its address cannot be written", again: false) }
        if leg.pages > 0, leg.next == nil { return .done }
        var address = first
        var isResumed = false
        if let next = leg.next.flatMap({ WebAddress($0) }) { (address, isResumed) = (next, true) }
        // A link that comes again in one run would never end.
        var followed: Set<String> = []
        while true {
            followed.insert(address.text)
            let answer = try await requests.get(address, access: access)
            guard answer.status == 200 else {
                if isResumed, (400..<500).contains(answer.status), answer.status != 403 {
                    // Page links may not live as long as an interruption: from the first page again; what is there is left as it is.
                    (address, isResumed, followed) = (first, false, [])
                    continue
                }
                return try refused(answer, leg)
            }
            isResumed = false
            let before = leg
            let isLast = try await take(answer.body, at: address, &leg, before)
            if isLast { return .done }
            if let reason = landing.overflow { throw .type(reason: reason, again: false) }
            guard let next = leg.next.flatMap({ WebAddress($0) }) else { return .done }
            guard !followed.contains(next.text) else { throw .type(reason: "a page links back to one that was read", again: false) }
            guard leg.pages < settings.limits.pages else { throw .type(reason: "there are more than \(leg.pages) pages", again: false) }
            address = next
        }
    }

    /// True after the last page.
    private func take(_ body: [UInt8], at address: WebAddress, _ leg: inout TransferLeg, _ before: TransferLeg) async throws(Stop) -> Bool {
        if case .patient = way {
            let entry = try single(body)
            leg.pages = 1
            switch entry {
            case .resource(let resource): try await land([resource], [], leg, before)
            case .issue(let issue): try await land([], [issue], leg, before)
            }
            return true
        }
        let page: BundlePage
        do throws(BundlePage.Unreadable) {
            page = try BundlePage(body, type: type, patient: patient, limit: settings.limits.resourceBytes)
        } catch {
            throw .type(reason: error.reason, again: false)
        }
        let next = page.next.map { address.following($0, base: base) }
        leg.pages += 1
        leg.announced = page.total ?? leg.announced
        leg.next = next.flatMap { $0?.text }
        if let next, next?.origin != base.origin {
            leg.next = nil
            let place = next.map { $0.origin.description } ?? "an address that cannot be read"
            // In one step with the page: without a next link it would look like the last one.
            leg.status = .failed
            leg.reason = "the next page is on another server (\(place)); the token was not sent there"
            try await land(page.resources, page.issues, leg, before)
            throw .type(reason: leg.reason ?? "", again: false)
        }
        try await land(page.resources, page.issues, leg, before)
        return leg.next == nil
    }

    private func single(_ body: [UInt8]) throws(Stop) -> ReceivedEntry {
        let read: ReceivedEntry? = try? JSONParser().withDocument(body) { root in
            ReceivedEntry(root, expected: .patient, patient: patient, limit: settings.limits.resourceBytes)
        }
        guard let read else { throw .type(reason: "the answer is broken", again: false) }
        return read
    }

    private func land(_ resources: [StagedResource], _ issues: [TransferIssue], _ leg: TransferLeg, _ before: TransferLeg)
        async throws(Stop)
    {
        do throws(Refusal) { try await landing.land(resources, issues, leg: leg, from: before) } catch {
            throw .run(.notKept(error.message, isLost: error.code == .conflict))
        }
    }

    private func refused(_ answer: HTTPAnswer, _ leg: TransferLeg) throws(Stop) -> Outcome {
        if leg.pages == 0 {
            switch answer.status {
            case 403: return .notShared(answer.reason)
            case 404, 405, 501: return .notShared("the server does not offer it (\(answer.status))")
            default: break
            }
        }
        throw .type(reason: answer.reason, again: answer.status >= 500)
    }
}
