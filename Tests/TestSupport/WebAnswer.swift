import Foundation

/// One HTTP answer, whole.
package struct WebAnswer: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    package func header(_ name: String) -> String? { all(name).first }
    package func all(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The body as a JSON object; empty for anything else.
    package var object: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }
    package func string(_ name: String) -> String? { object[name] as? String }

    /// The parameters of the address in `Location`, decoded.
    package var locationParameters: [(name: String, value: String)] { header("Location").map(WebForm.parameters) ?? [] }
    package func locationParameter(_ name: String) -> String? { locationParameters.first { $0.name == name }?.value }

    /// All of it without the date, to compare two answers byte for byte.
    package var comparable: String {
        let lines = headers.filter { $0.name.lowercased() != "date" }.map { "\($0.name.lowercased()): \($0.value)" }.sorted()
        return "\(status)\n" + lines.joined(separator: "\n") + "\n\n" + text
    }
}
