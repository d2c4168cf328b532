import Foundation

/// NUL-ended copies of several texts, alive as long as this is; nil stays nil.
final class CTexts {
    private let copies: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String?]) {
        copies = texts.map { text in text.flatMap { strdup($0) } }
    }

    subscript(index: Int) -> UnsafePointer<CChar>? {
        copies[index].map { UnsafePointer($0) }
    }

    deinit {
        for copy in copies { free(copy) }
    }
}
