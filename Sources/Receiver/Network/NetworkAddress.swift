import Foundation

/// An IPv4 or IPv6 address as a number, so that what kind it is of is a question of bits and not of how it is written.
package struct NetworkAddress: Sendable, Hashable {
    package enum Family: Sendable, Hashable {
        case v4, v6

        var bits: Int {
            switch self {
            case .v4: 32
            case .v6: 128
            }
        }

        fileprivate var code: Int32 {
            switch self {
            case .v4: AF_INET
            case .v6: AF_INET6
            }
        }
    }

    package let family: Family
    let number: UInt128

    /// Only the usual spelling: four decimal numbers without leading zeros, or an IPv6 address without zone and brackets.
    package init?(_ text: String) {
        for family in [Family.v4, .v6] {
            var bytes = [UInt8](repeating: 0, count: family.bits / 8)
            guard inet_pton(family.code, text, &bytes) == 1 else { continue }
            self.init(family, bytes.reduce(0) { $0 << 8 | UInt128($1) })
            return
        }
        return nil
    }

    init(_ family: Family, _ number: UInt128) {
        (self.family, self.number) = (family, number)
    }

    /// As it is usually written, RFC 5952 for IPv6, without brackets.
    package var text: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let bytes = stride(from: family.bits - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt128($0)) }
        guard inet_ntop(family.code, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// As a host in an address: IPv6 in brackets.
    var host: String { family == .v4 ? text : "[" + text + "]" }
}
