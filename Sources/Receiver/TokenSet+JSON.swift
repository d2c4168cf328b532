import FHIR

/// As a state file or a sealed row keeps it.
extension TokenSet {
    func write(_ member: inout JSONWriter) {
        member.member("access", access)
        if let refresh { member.member("refresh", refresh) }
        if let expires { member.member("expires", Int(expires.milliseconds)) }
        if let patient { member.member("patient", patient) }
    }

    /// Nil without an access token.
    init?(kept value: JSONValue) {
        guard let access = value["access"]?.string else { return nil }
        self.init(
            access: access, refresh: value["refresh"]?.string,
            expires: value["expires"]?.int.map { Timestamp(milliseconds: Int64($0)) },
            patient: value["patient"]?.text.flatMap { ResourceID($0) }?.text)
    }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { write(&$0) }
        return writer.bytes
    }

    init?(json: [UInt8]) {
        let read: TokenSet?? = try? JSONParser().withDocument(json) { TokenSet(kept: $0) }
        guard case .some(.some(let tokens)) = read else { return nil }
        self = tokens
    }
}
