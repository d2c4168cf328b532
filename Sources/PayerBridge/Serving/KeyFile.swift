import Foundation

/// A secret kept in a file that only its owner may read.
enum KeyFile {
    /// The bytes of the file; made with `make` when it is not there. Throws when others may read it.
    static func bytes(_ path: String, make: () -> [UInt8]) throws -> [UInt8] {
        if let data = FileManager.default.contents(atPath: path) {
            let mode = (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue ?? 0
            guard mode & 0o077 == 0 else {
                throw ConfigurationProblem("\(path) can be read by others. Mend it with: chmod 600 \(path)")
            }
            guard !data.isEmpty else { throw ConfigurationProblem("\(path) is empty; delete it to have a new one made.") }
            return [UInt8](data)
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ConfigurationProblem(
                "\(path) cannot be read by this user. Give it to the one that the program runs as: chown USER \(path)")
        }
        let bytes = make()
        let handle = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard handle >= 0, write(handle, bytes, bytes.count) == bytes.count, fsync(handle) == 0, close(handle) == 0 else {
            throw ConfigurationProblem("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
        return bytes
    }

    /// The text of a file that someone else wrote, such as a password; its line ends do not count.
    static func text(_ path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else { throw ConfigurationProblem("There is no file \(path).") }
        return String(decoding: try bytes(path) { [] }.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    }

    /// The same, written first when it is not there.
    static func text(_ path: String, orMake text: String) throws -> String {
        String(decoding: try bytes(path) { Array(text.utf8) }, as: UTF8.self)
    }

    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
