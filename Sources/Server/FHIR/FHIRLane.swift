import Exchange
import FHIR
import NIOCore
import NIOHTTP1

/// Answers plain reads and searches of the FHIR API where the request is read, before it would go to the router.
///
/// It takes a GET or HEAD without a body whose record is in memory; everything else goes on as it came, in the same order. Both ways ask the
/// same desk, so that the answers are the same. It also closes connections that nobody uses.
final class FHIRLane: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let desks: FHIRLaneDesks
    private let idleTimeout: TimeAmount
    private var idleCheck: Scheduled<Void>?
    private var lastUse = NIODeadline.now()
    /// Bytes that the client had not taken when last looked.
    private var unsentBefore = 0

    /// A head that may be answered here once its end has come.
    private var held: HTTPRequestHead?
    /// Requests that went on and are not answered yet; while there are any, later ones go on too.
    private var underWay = 0
    private var isReadingRequest = false
    private var isConnected = false
    /// Why what comes in has to wait.
    private enum Pause {
        /// An answer of ours waits for the store, or until its disclosure is on record.
        case recording
        /// The client has not taken what it was sent yet.
        case unread
        /// The last answer is on its way; nothing that comes after it counts.
        case closing
    }
    private var pause: Pause?
    private var waiting = CircularBuffer<HTTPServerRequestPart>()
    /// What the parser could not read, after all that waits.
    private var waitingError: (any Error)?
    /// A head that was refused while earlier requests are with the router.
    private var waitingRefusal: RefusedHead?
    private var wantsRead = false
    private var mustQuiesce = false
    /// The client has said all that it will, and may still wait for answers.
    private var isInputClosed = false
    private var date = (second: Int64(-1), text: "")

    init(desks: FHIRLaneDesks, idleTimeout: TimeAmount) { (self.desks, self.idleTimeout) = (desks, idleTimeout) }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastUse = .now()
        let part = unwrapInboundIn(data)
        switch pause {
        case nil: take(part, context)
        case .recording, .unread: waiting.append(part)
        case .closing: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch pause {
        case nil: fail(error, context)
        case .recording, .unread: waitingError = error
        case .closing: break
        }
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard let refusal = error as? RefusedHead else { return context.fireErrorCaught(error) }
        if underWay > 0 { waitingRefusal = refusal } else { refuse(refusal, context) }
    }

    /// Answers with 400, and closes when the client has it.
    private func refuse(_ refusal: RefusedHead, _ context: ChannelHandlerContext) {
        pause = .closing
        desks.measures.answered(nil, of: [], 400, microseconds: 0)
        let body = ByteBuffer(string: refusal.reason + "\n")
        let headers: HTTPHeaders = [
            "Content-Type": "text/plain; charset=utf-8", "Content-Length": "\(body.readableBytes)", "Connection": "close",
        ]
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        end(context)
    }

    /// Ends the last answer. A close at once would drop what the client has not taken yet.
    private func end(_ context: ChannelHandlerContext) {
        let channel = context.channel
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            isReadingRequest = true
            if underWay == 0, desks.mayAnswer(head) { held = head } else { pass(head, context) }
        case .body:
            if let head = held { pass(head, context) }
            context.fireChannelRead(wrapInboundOut(part))
        case .end:
            isReadingRequest = false
            guard let head = held else { return context.fireChannelRead(wrapInboundOut(part)) }
            guard context.channel.isWritable else {
                // Else a client that asks and never reads would fill the memory with answers.
                pause = .unread
                waiting.prepend(part)
                return
            }
            let start = NIODeadline.now()
            guard let (call, desk) = desks.asked(head) else {
                pass(head, context)
                return context.fireChannelRead(wrapInboundOut(part))
            }
            if let answer = desk.answer(call, mayLoad: false) {
                held = nil
                begin(answer, of: desk, to: Asked(head), since: start, context)
            } else if let wait = desks.wait {
                held = nil
                answerLater(call, at: desk, Asked(head), since: start, on: wait, context)
            } else {
                pass(head, context)
                context.fireChannelRead(wrapInboundOut(part))
            }
        }
    }

    /// Has the call answered where it may wait for the store, and takes nothing else meanwhile. What it discloses goes on record from there.
    private func answerLater(
        _ call: FHIRCall, at desk: FHIRDesk, _ asked: Asked, since start: NIODeadline, on wait: SiteServer.Wait,
        _ context: ChannelHandlerContext
    ) {
        pause = .recording
        desks.measures.beginRequest()
        let loop = context.eventLoop
        let bound = NIOLoopBound(Waiting(lane: self, context: context, desk: desk, asked: asked), eventLoop: loop)
        wait {
            let answer = desk.answer(call) ?? .unavailable(Refusal(.unavailable, "", cause: "nothing to load from"))
            Self.record(answer, of: desk) { answer in
                loop.execute { bound.value.send(answer, since: start) }
            }
        }
    }

    private func pass(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        held = nil
        underWay += 1
        desks.measures.beginRequest()
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func read(context: ChannelHandlerContext) {
        switch pause {
        case nil, .closing: context.read()
        // To stop listening and to begin again for each answer costs more than to take in what comes meanwhile, once.
        case .recording where waiting.isEmpty: context.read()
        case .recording, .unread: wantsRead = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        lastUse = .now()
        if pause == .unread, context.channel.isWritable { goOn(context) }
        context.fireChannelWritabilityChanged()
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            // The router also answers what the parser refused, which never was a request here.
            if underWay > 0 {
                underWay -= 1
                desks.measures.endRequests()
            }
            lastUse = .now()
        }
        context.write(data, promise: promise)
        if underWay == 0, let refusal = waitingRefusal {
            waitingRefusal = nil
            refuse(refusal, context)
        }
    }

    /// Sends an answer that was there at once.
    private func begin(
        _ answer: FHIRAnswer, of desk: FHIRDesk, to asked: Asked, since start: NIODeadline, _ context: ChannelHandlerContext
    ) {
        desks.measures.beginRequest()
        guard answer.disclosure != nil else {
            send(answer, of: desk, to: asked, since: start, context)
            return
        }
        pause = .recording
        let loop = context.eventLoop
        let bound = NIOLoopBound(Waiting(lane: self, context: context, desk: desk, asked: asked), eventLoop: loop)
        Self.record(answer, of: desk) { answer in
            loop.execute { bound.value.send(answer, since: start) }
        }
    }

    /// Nothing leaves before its disclosure is on record; what cannot be recorded is answered otherwise.
    private static func record(_ answer: FHIRAnswer, of desk: FHIRDesk, then send: @escaping @Sendable (FHIRAnswer) -> Void) {
        guard let disclosure = answer.disclosure else { return send(answer) }
        let asked = NIODeadline.now()
        let measures = desk.site.measures
        desk.site.store.record(disclosure) { refusal in
            measures.recorded(disclosure, isKept: refusal == nil, microseconds: Int((NIODeadline.now() - asked).nanoseconds / 1000))
            send(refusal.map { answer.unavailable($0) } ?? answer)
        }
    }

    /// What an answer needs to know of its request.
    private struct Asked {
        let method: HTTPMethod
        let staysOpen: Bool

        init(_ head: HTTPRequestHead) { (method, staysOpen) = (head.method, head.isKeepAlive) }
    }

    /// A request whose answer waits for the store, or until its disclosure is on record.
    private struct Waiting {
        let lane: FHIRLane
        let context: ChannelHandlerContext
        let desk: FHIRDesk
        let asked: Asked

        func send(_ answer: FHIRAnswer, since start: NIODeadline) {
            lane.pause = nil
            lane.send(answer, of: desk, to: asked, since: start, context)
            lane.goOn(context)
        }
    }

    private func send(
        _ answer: FHIRAnswer, of desk: FHIRDesk, to asked: Asked, since start: NIODeadline, _ context: ChannelHandlerContext
    ) {
        var headers = answer.headers
        if answer.status != 304 { headers.add(name: "Content-Length", value: String(answer.length)) }
        headers.add(name: "Date", value: httpDate())
        if let note = answer.note { headers.add(name: "X-Request-Id", value: note.id) }
        let staysOpen = asked.staysOpen && !(isInputClosed && waiting.isEmpty && waitingError == nil)
        if !staysOpen { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: answer.status)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if asked.method != .HEAD { for part in answer.parts { context.write(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil) } }
        lastUse = .now()
        desks.count(answer, asked.method, at: desk, since: start)
        desks.measures.endRequests()
        guard !staysOpen else { return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
        pause = .closing
        waiting.removeAll()
        waitingError = nil
        end(context)
    }

    /// Takes what has waited, until it has to wait again.
    private func goOn(_ context: ChannelHandlerContext) {
        if pause == .unread { pause = nil }
        var hasPassed = false
        while pause == nil, let part = waiting.popFirst() {
            take(part, context)
            hasPassed = true
        }
        guard pause == nil else { return }
        if hasPassed { context.fireChannelReadComplete() }
        if let error = waitingError {
            waitingError = nil
            fail(error, context)
            guard pause == nil else { return }
        }
        if mustQuiesce {
            mustQuiesce = false
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        if isInputClosed {
            isInputClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        if wantsRead {
            wantsRead = false
            context.read()
        }
    }

    private func httpDate() -> String {
        let second = desks.now.seconds
        if date.second != second { date = (second, desks.now.httpDate) }
        return date.text
    }

    // MARK: The connection's life

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, pause == .recording || pause == .unread {
            mustQuiesce = true
        } else if let event = event as? ChannelEvent, event == .inputClosed, pause != nil {
            // Whoever reads behind this one would take it for the end, and close before the last answer is sent.
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { connected(context) } }

    func channelActive(context: ChannelHandlerContext) {
        connected(context)
        context.fireChannelActive()
    }

    private func connected(_ context: ChannelHandlerContext) {
        watch(context, in: idleTimeout)
        guard !isConnected else { return }
        isConnected = true
        desks.measures.connected()
    }

    func channelInactive(context: ChannelHandlerContext) {
        idleCheck?.cancel()
        idleCheck = nil
        if isConnected {
            isConnected = false
            desks.measures.disconnected()
        }
        // Nobody waits for these any more.
        desks.measures.endRequests(underWay)
        underWay = 0
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { idleCheck?.cancel() }

    /// Closes a connection that has neither sent nor been sent anything for a while, unless it waits for an answer, and one whose
    /// client has taken nothing of its answer for as long.
    private func watch(_ context: ChannelHandlerContext, in time: TimeAmount) {
        idleCheck?.cancel()
        let bound = NIOLoopBound((lane: self, context: context), eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleTask(in: time) {
            let (lane, context) = bound.value
            if let next = lane.timeLeft(context) { lane.watch(context, in: next) } else { context.close(promise: nil) }
        }
    }

    /// When to look again; nil when it is time to close.
    private func timeLeft(_ context: ChannelHandlerContext) -> TimeAmount? {
        let unsent = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if unsent > 0 {
            defer { unsentBefore = unsent }
            return unsent == unsentBefore ? nil : idleTimeout
        }
        unsentBefore = 0
        if !isReadingRequest, underWay > 0 || pause == .recording { return idleTimeout }
        let rest = lastUse + idleTimeout - .now()
        return rest > .zero ? rest : nil
    }
}
