extension RedirectURI {
    /// What is wrong with a redirect URI.
    package enum Problem: Error, Sendable, Hashable {
        case empty
        case tooLong
        /// A byte outside the grammar: comma, space, control, `*`, `\`, quotes, non-ASCII and the like.
        case forbiddenCharacter(UInt8)
        case fragment
        /// No `scheme://host`.
        case notAbsolute
        case unsupportedScheme
        case upperCase
        case userInfo
        case noHost
        case badHost
        /// A number that some programs read as an address and others as a name.
        case numericHost
        case badPort
        case dotSegment
        case badEscape
        /// The query already holds a parameter the answer carries.
        case reservedParameter(String)
        case plainHTTP
        case loopbackInProduction
        case addressInProduction
        case singleLabelInProduction

        /// What is wrong and how to mend it, for the person who entered the address.
        package var explanation: String {
            switch self {
            case .empty: "The address is empty. Enter the full address, such as https://app.example.com/callback."
            case .tooLong: "The address is longer than 2048 characters. Use a shorter one."
            case .forbiddenCharacter(let byte): Self.explain(byte)
            case .fragment: "The address has a # part, which OAuth does not allow. Remove the # and what follows it."
            case .notAbsolute: "This is not a full address. Begin with https://, then the host name."
            case .unsupportedScheme:
                "Only https:// addresses are accepted (http:// on your own computer in the sandbox). App schemes and others are not."
            case .upperCase: "Write the scheme and the host name in lower case."
            case .userInfo: "The address has a user name or @ before the host name. Remove it."
            case .noHost: "The host name is missing after ://."
            case .badHost: "The host name is not valid. Use letters, digits and hyphens between single dots, without a dot at the end."
            case .numericHost:
                "The host is a number that programs read in different ways. Use a host name, or four plain decimal numbers such as 127.0.0.1."
            case .badPort: "The port must be a number from 1 to 65535, without leading zeros."
            case .dotSegment: "The path holds a . or .. part. Write the final path."
            case .badEscape: "A % must be followed by two hexadecimal digits and must not hide a slash, a backslash or a control character."
            case .reservedParameter(let name): "The query already holds \(name), which the answer will carry. Rename that parameter."
            case .plainHTTP: "Use https://. Plain http:// works only in the sandbox, for localhost and for names without a dot."
            case .loopbackInProduction:
                "localhost and loopback addresses work only in the sandbox. For production use an https:// address on your own host."
            case .addressInProduction: "For production use a host name, not an IP address."
            case .singleLabelInProduction: "For production use a full host name such as app.example.com, not a name without a dot."
            }
        }

        private static func explain(_ byte: UInt8) -> String {
            switch byte {
            case UInt8(ascii: ","): "An address must not hold a comma; the comma separates addresses."
            case 0x20: "The address holds a space. Remove it, or write %20."
            case UInt8(ascii: "*"): "Wildcards are not accepted. Register each address in full."
            case UInt8(ascii: "\\"): "The address holds a backslash. Use forward slashes."
            case 0..<0x20, 0x7F: "The address holds an invisible control character. Type it again."
            case 0x80...:
                "The address holds a character outside ASCII. Write host names in their xn-- form and other characters as % escapes."
            default: "The address holds the character \(String(UnicodeScalar(byte))), which is not allowed there. Write it as a % escape."
            }
        }
    }
}
