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
    }

    package let family: Family
    let number: UInt128

    /// Only the usual spelling: four decimal numbers without leading zeros, or an IPv6 address without zone and brackets.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(four)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(six)
        } else {
            return nil
        }
    }

    init(_ address: in_addr) {
        self.init(.v4, withUnsafeBytes(of: address) { $0.reduce(0) { $0 << 8 | UInt128($1) } })
    }

    init(_ address: in6_addr) {
        self.init(.v6, withUnsafeBytes(of: address) { $0.reduce(0) { $0 << 8 | UInt128($1) } })
    }

    init(_ family: Family, _ number: UInt128) {
        (self.family, self.number) = (family, number)
    }

    /// As it is usually written, RFC 5952 for IPv6, without brackets.
    package var text: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let bytes = stride(from: family.bits - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt128($0)) }
        let code = family == .v4 ? AF_INET : AF_INET6
        guard inet_ntop(code, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// As a host in an address: IPv6 in brackets.
    var host: String { family == .v4 ? text : "[" + text + "]" }
}
