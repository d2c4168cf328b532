/// Where the browser is sent back to, and where this program listens for it.
struct RedirectPlace: Sendable {
    let path: String
    let listenHost: String
    let listenPort: Int
    private let given: String

    /// Without `listenOn` the redirect address must be on this computer.
    init(_ text: String, listenOn: String?) throws(ReceiveProblem) {
        guard let address = WebAddress(text) else {
            throw .badRedirectURI(PlainText.shown(text), reason: "it is not an http or https address")
        }
        guard !text.utf8.contains(UInt8(ascii: "?")) else { throw .badRedirectURI(PlainText.shown(text), reason: "it has a query") }
        given = text
        path = address.path.isEmpty ? "/" : address.path
        let place: WebAddress.Origin
        if let listenOn {
            guard let listening = WebAddress("http://" + listenOn), listening.path.isEmpty else {
                throw .badRedirectURI(PlainText.shown(listenOn), reason: "it is not a host and a port, such as 127.0.0.1:8765")
            }
            place = listening.origin
        } else {
            guard address.origin.isLoopback, !address.origin.isSecure else {
                throw .badRedirectURI(PlainText.shown(text), reason: "it is not http on this computer (127.0.0.1, localhost or [::1])")
            }
            place = address.origin
        }
        // A browser tries both addresses of localhost; the name itself might be given to either of them here.
        listenHost = place.host == "[::1]" ? "::1" : place.host == "localhost" ? "127.0.0.1" : place.host
        listenPort = place.port
    }

    /// The redirect address byte for byte as it was given; only port 0 is replaced by the one that was taken.
    func text(port: Int) -> String {
        guard listenPort == 0 else { return given }
        var parts = given.split(separator: ":0", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return given }
        let tail = parts.removeLast()
        return parts[0] + ":\(port)" + tail
    }
}
