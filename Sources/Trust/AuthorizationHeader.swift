/// The scheme and the credentials of an `Authorization` header (RFC 9110 §11.4).
enum AuthorizationHeader {
    /// What follows the scheme and its spaces; nil when the header names another scheme. `scheme` is lower case.
    static func credentials(_ header: String, scheme: String) -> Substring.UTF8View? {
        var rest = header.utf8[...]
        for expected in scheme.utf8 {
            guard let byte = rest.popFirst(), byte | 0x20 == expected else { return nil }
        }
        guard rest.isEmpty || rest.first == 0x20 else { return nil }
        return rest.drop { $0 == 0x20 }
    }
}
