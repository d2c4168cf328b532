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

    var store: any Site.Store { site.store }
    var now: Timestamp { site.world.now() }

    /// A GET or HEAD without a body, below a plan's FHIR base.
    func mayAnswer(_ head: HTTPRequestHead) -> Bool {
        guard isOpen, head.method == .GET || head.method == .HEAD, head.uri.utf8.contains("/r4".utf8) else { return false }
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

    /// Nil for whatever is not this way's to answer.
    func answer(_ head: HTTPRequestHead) -> FHIRAnswer? {
        guard let host = head.headers.first(name: "host"), let root = site.hosts.root(of: host) else { return nil }
        let mark = head.uri.utf8.firstIndex(of: UInt8(ascii: "?"))
        var path = mark.map { head.uri[..<$0] } ?? head.uri[...]
        if case .plan(let place) = root { path = (place + path)[...] }
        guard !path.utf8.contains(UInt8(ascii: "%")), !path.utf8.contains("/.".utf8),
            let (root, desk) = desks.first(where: {
                path.utf8.starts(with: $0.root.utf8) && path.utf8.dropFirst($0.root.utf8.count).first == 0x2F
            })
        else { return nil }
        var call = FHIRCall(
            method: head.method == .HEAD ? .head : .get, path: path.dropFirst(root.count),
            query: mark.map { String(head.uri[head.uri.index(after: $0)...]) }, prefer: [])
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
        return desk.answer(call, mayLoad: false)
    }

    func count(_ answer: FHIRAnswer, _ head: HTTPRequestHead, since start: NIODeadline) {
        let spent = NIODeadline.now() - start
        RequestMetrics.count(status: answer.status, .nanoseconds(spent.nanoseconds))
        guard logger.logLevel <= .info else { return }
        logger.info(
            "request",
            metadata: [
                "route": "fhir", "method": "\(head.method.rawValue)", "status": "\(answer.status)",
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
