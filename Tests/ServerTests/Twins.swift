import Exchange
import FHIR
import Storage
import Synchronization
import TestSupport

/// The two servers, and what was seen of them.
final class Twins: Sendable {
    struct Counts {
        var asked = 0
        var compared = 0
        var quick = 0
        var pages = 0
        var changes = 0
        var statuses: [Int: Int] = [:]
        var differences: [String] = []
    }

    /// A token of each server for the same member.
    struct Pair {
        let patient: String
        let one: [(String, String)]
        let other: [(String, String)]
    }

    let one: RunningSite
    let other: RunningSite
    let wide: Pair
    let narrow: Pair
    let counts = Mutex(Counts())

    init(_ one: RunningSite, _ other: RunningSite) async throws {
        (self.one, self.other) = (one, other)
        func pair(_ scope: String?, isNarrow: Bool) async throws -> Pair {
            let first = try await one.tokens(member: isNarrow ? one.member : one.second, scope: scope)
            let second = try await other.tokens(member: isNarrow ? other.member : other.second, scope: scope)
            return Pair(patient: first.patient, one: first.bearer, other: second.bearer)
        }
        wide = try await pair(nil, isNarrow: false)
        narrow = try await pair(TwinRecords.narrowScope, isNarrow: true)
    }

    /// New versions of what is hidden in one of the stores, again and again while it is asked.
    func change(_ records: TwinRecords) async throws {
        for round in 0..<1000 {
            let resources = records.hidden(seed: UInt64(round) &* 7 &+ 5)
            try TwinRecords.take(resources, into: other.store, other.demo.key, at: other.clock.now)
            counts.withLock { $0.changes += 1 }
            try await Task.sleep(for: .seconds(4))
        }
    }

    // MARK: Asking

    func ask(_ number: Int, _ worker: Int, _ records: TwinRecords, seed: UInt64) async throws {
        let known = ReferenceSearch(records.known, base: TwinRecords.base, now: records.now.milliseconds)
        let start = Dice(seed: seed &+ UInt64(worker) &* 31)
        var makers = [
            RequestMaker(dice: start, known: known, patient: wide.patient, own: records.wideOpen, types: ReleasedTypes.clinical),
            RequestMaker(
                dice: start, known: known, patient: narrow.patient, own: records.narrowOpen,
                types: [.patient, .encounter, .observation, .observation, .provenance, .practitioner]),
        ]
        var dice = Dice(seed: seed ^ UInt64(worker) &* 977)
        // Where each token's last pages go on.
        var next: [(String, String)?] = [nil, nil]
        for _ in 0..<number {
            let who = dice.chance(35) ? 1 : 0
            var request = makers[who].request()
            while request.isNext, next[who] == nil { request = makers[who].request() }
            let address = TwinRecords.base + request.path + (request.query.isEmpty ? "" : "?" + WebForm.encoded(request.query))
            let addresses = request.isNext ? next[who] ?? ("", "") : (address, address)
            let found = try await compare(request, addresses, [wide, narrow][who], packed: dice.chance(50), bothWays: dice.chance(50))
            if request.isNext || found != nil { next[who] = found }
        }
    }

    /// Asks both the same; answers where their next pages are.
    private func compare(
        _ request: MadeRequest, _ addresses: (String, String), _ pair: Pair, packed: Bool, bothWays: Bool
    ) async throws -> (String, String)? {
        async let first = send(request, to: one, addresses.0, pair.one, packed)
        async let second = send(request, to: other, addresses.1, pair.other, packed)
        let (a, b) = (try await first, try await second)
        let what = "\(request.text) at \(addresses.0), gzip \(packed), of \(pair.patient)"
        if let difference = Self.difference(a, b) { note("\(what): \(difference)") }
        if Self.isPackedHead(a), a.header("Content-Length") != b.header("Content-Length") {
            // The lengths may differ by how the sealed places compress and by nothing else: what a GET sends is the same.
            var get = request
            get.method = "GET"
            let (one, other) = (
                try await send(get, to: one, addresses.0, pair.one, true), try await send(get, to: other, addresses.1, pair.other, true)
            )
            if let difference = Self.difference(one, other) { note("\(what), by GET: \(difference)") }
        }
        counts.withLock {
            $0.asked += 1
            $0.statuses[a.status, default: 0] += 1
            if request.isNext { $0.pages += 1 }
            if a.header("Date") == one.clock.now.httpDate { $0.quick += 1 }
        }
        if bothWays {
            let again = try await send(request, to: one, addresses.0, pair.one, !packed)
            if let difference = Self.difference(a, again, isOtherWay: true) { note("the two ways: \(what): \(difference)") }
            counts.withLock { $0.compared += 1 }
        }
        guard let next = Self.next(a.body), let otherNext = Self.next(b.body) else { return nil }
        return (next, otherNext)
    }

    private func send(
        _ request: MadeRequest, to site: RunningSite, _ address: String, _ bearer: [(String, String)], _ packed: Bool
    ) async throws -> WebAnswer {
        let form = request.form.map { Array(WebForm.encoded($0).utf8) }
        let type = form == nil ? [] : [("Content-Type", "application/x-www-form-urlencoded")]
        return try await site.web.send(
            request.isNext ? "GET" : request.method, address, headers: bearer + type + request.headers, body: form, asksForGzip: packed)
    }

    private func note(_ difference: String) { counts.withLock { if $0.differences.count < 10 { $0.differences.append(difference) } } }

    // MARK: Comparing

    private static let framing = ["date", "content-length", "transfer-encoding", "content-encoding"]

    /// Nil when the two are alike but for the sealed places in page links, and for the framing when they came two ways.
    private static func difference(_ a: WebAnswer, _ b: WebAnswer, isOtherWay: Bool = false) -> String? {
        func head(_ answer: WebAnswer) -> [String] {
            let left = answer.headers.filter { header in
                let name = header.name.lowercased()
                return isOtherWay ? !framing.contains(name) : name != "date" && name != "content-length"
            }
            return left.map { "\($0.name.lowercased()): \($0.value)" }.sorted()
        }
        if a.status != b.status { return "\(a.status) and \(b.status)" }
        if head(a) != head(b) { return "\(head(a)) and \(head(b))" }
        if !isOtherWay, let difference = lengthDifference(a, b) { return difference }
        guard a.body != b.body else { return nil }
        let (left, right) = (masked(a.body), masked(b.body))
        guard left != right else { return nil }
        let at = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(left.count, right.count)
        func around(_ bytes: [UInt8]) -> String { String(decoding: bytes[max(0, at - 150)..<min(bytes.count, at + 150)], as: UTF8.self) }
        return "\(left.count) and \(right.count) bytes\n\(around(left))\n\(around(right))"
    }

    /// A HEAD tells the length of what a GET would send.
    private static func lengthDifference(_ a: WebAnswer, _ b: WebAnswer) -> String? {
        let (one, other) = (a.header("Content-Length"), b.header("Content-Length"))
        return one == other || isPackedHead(a) ? nil : "of length \(one ?? "unsaid") and \(other ?? "unsaid")"
    }

    /// Sealed places are all of one length, but do not compress alike, and neither does what stands around them.
    private static func isPackedHead(_ answer: WebAnswer) -> Bool {
        answer.body.isEmpty && answer.header("Content-Encoding") == "gzip"
    }

    private static let page = Array("_page=".utf8)

    /// Without the sealed places.
    private static func masked(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let start = rest.firstRange(of: page) {
            out += rest[..<start.upperBound]
            rest = rest[start.upperBound...].drop {
                ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x2D || $0 == 0x5F
            }
        }
        return out + rest
    }

    private static let nextLink = Array(#""relation":"next","url":""#.utf8)

    /// The address of the next page; links stand at the front of a Bundle.
    private static func next(_ bytes: [UInt8]) -> String? {
        let front = bytes.prefix(4000)
        guard let start = front.firstRange(of: nextLink) else { return nil }
        return String(decoding: front[start.upperBound...].prefix { $0 != 0x22 }, as: UTF8.self)
    }
}
