import Foundation

/// Header values that may hold any letters; the caller has refused control characters.
enum HeaderText {
    /// A subject: as it is when it is short plain text, otherwise RFC 2047 words. `used` is the length of what precedes it.
    static func unstructured(_ text: String, used: Int) -> String {
        let edges = text.utf8.first == 0x20 || text.utf8.last == 0x20
        return isPlain(text) && !edges && used + text.utf8.count <= 78 ? text : encodedWords(text, used: used)
    }

    /// A display name: a quoted string when it is short plain text, otherwise RFC 2047 words.
    static func phrase(_ text: String, used: Int) -> String {
        guard isPlain(text) && used + text.utf8.count <= 60 else { return encodedWords(text, used: used) }
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        return String(decoding: quoted + [UInt8(ascii: "\"")], as: UTF8.self)
    }

    private static func isPlain(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        // "=?" in plain text would be read as the start of an encoded word.
        return bytes.allSatisfy { (0x20..<0x7F).contains($0) } && !zip(bytes, bytes.dropFirst()).contains { $0 == 0x3D && $1 == 0x3F }
    }

    /// RFC 2047 §2: words of at most 75 bytes, each holding whole characters, on lines of at most 76.
    private static func encodedWords(_ text: String, used: Int) -> String {
        var words: [String] = []
        var word: [UInt8] = []
        // 45 bytes make 60 in base64; with "=?utf-8?B?" and "?=" the word has 72. The first line also holds the header's name.
        var room = 45 - (used + 2) / 4 * 3
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > room {
                words.append(wrapped(word))
                word = []
                room = 45
            }
            word += bytes
        }
        words.append(wrapped(word))
        return words.joined(separator: "\r\n ")
    }

    private static func wrapped(_ bytes: [UInt8]) -> String {
        "=?utf-8?B?" + Data(bytes).base64EncodedString() + "?="
    }
}
