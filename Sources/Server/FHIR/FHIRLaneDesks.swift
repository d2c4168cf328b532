import Exchange
import FHIR
import Logging
import NIOCore
import NIOHTTP1

/// What the lane asks: which desk a request goes to, and what that answers.
struct FHIRLaneDesks: Sendable {
    let desks: [(root: String, desk: FHIRDesk)]
    let site: Site
    let logger: Logger
    /// Off, every request goes through the router.
    let isOpen: Bool
    /// Runs what has to wait for the store; nil where the store never lets anyone wait.
    let wait: SiteServer.Wait?

    var store: any Site.Store { site.store }
    var measures: ServerMeasures { site.measures }
    var now: Timestamp { site.world.now() }

    /// A GET or HEAD without a body, from someone who does not want it compressed.
    func mayAnswer(_ head: HTTPRequestHead) -> Bool {
        guard isOpen, head.method == .GET || head.method == .HEAD else { return false }
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 6 where name.isHeader("expect"): return false
            case 14 where name.isHeader("content-length"): return false
            case 15 where name.isHeader("accept-encoding"): if ContentCoding.admitsGzip(value) { return false }
            case 17 where name.isHeader("transfer-encoding"): return false
            default: break
            }
        }
        return true
    }

    /// What is asked, and of which desk; nil for whatever is not this way's to answer.
    func asked(_ head: HTTPRequestHead) -> (call: FHIRCall, desk: FHIRDesk)? {
        guard let host = head.headers.first(name: "host"), let root = site.hosts.root(of: host), let mark = Self.queryMark(head.uri) else {
            return nil
        }
        var path = head.uri[..<mark]
        if case .plan(let place) = root { path = (place + path)[...] }
        guard let (desk, rest) = desk(path) else { return nil }
        var call = FHIRCall(
            method: head.method == .HEAD ? .head : .get, path: rest,
            query: mark < head.uri.endIndex ? String(head.uri[head.uri.utf8.index(after: mark)...]) : nil, prefer: [])
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 6 where name.isHeader("accept"): call.accept = call.accept.map { $0 + "," + value } ?? value
            case 6 where name.isHeader("prefer"): call.prefer.append(value)
            case 13 where name.isHeader("authorization"): call.authorization = call.authorization.map { $0 + ", " + value } ?? value
            case 13 where name.isHeader("if-none-match"): call.ifNoneMatch = call.ifNoneMatch.map { $0 + ", " + value } ?? value
            case 17 where name.isHeader("if-modified-since"): call.ifModifiedSince = value
            default: break
            }
        }
        return (call, desk)
    }

    /// Where the query begins, or the end; nil for a path with escapes or hidden parts, which the router reads.
    private static func queryMark(_ uri: String) -> String.Index? {
        var last: UInt8 = 0
        var at = uri.utf8.startIndex
        while at < uri.utf8.endIndex {
            let byte = uri.utf8[at]
            if byte == UInt8(ascii: "?") { return at }
            if byte == UInt8(ascii: "%") || (byte == UInt8(ascii: ".") && last == UInt8(ascii: "/")) { return nil }
            last = byte
            at = uri.utf8.index(after: at)
        }
        return at
    }

    private func desk(_ path: Substring) -> (desk: FHIRDesk, rest: Substring)? {
        for (root, desk) in desks where path.utf8.starts(with: root.utf8) {
            let rest = path.utf8.dropFirst(root.utf8.count)
            if rest.first == UInt8(ascii: "/") { return (desk, Substring(rest)) }
        }
        return nil
    }

    func count(_ answer: FHIRAnswer, _ method: HTTPMethod, at desk: FHIRDesk, since start: NIODeadline) {
        let spent = NIODeadline.now() - start
        let microseconds = Int(spent.nanoseconds / 1000)
        desk.note(answer, method.rawValue, microseconds: microseconds)
        site.measures.answered(answer.shape, answer.status, microseconds: microseconds)
        guard logger.logLevel <= .info else { return }
        logger.info(
            "request",
            metadata: [
                "route": "fhir", "method": "\(method.rawValue)", "status": "\(answer.status)",
                "ms": "\(spent.nanoseconds / 1_000_000)",
            ])
    }
}

extension String {
    /// Whether this is the header of that name, which is given in lower case (RFC 9110 §5.1).
    fileprivate func isHeader(_ name: StaticString) -> Bool {
        guard utf8.count == name.utf8CodeUnitCount else { return false }
        var at = name.utf8Start
        for byte in utf8 {
            guard (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) == at.pointee else { return false }
            at += 1
        }
        return true
    }
}
