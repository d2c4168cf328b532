import Foundation
import Testing

@testable import Pages

@Suite struct AssetTests {
    var style: String { String(decoding: Asset.named("style.css")?.bytes ?? [], as: UTF8.self) }
    var script: String { String(decoding: Asset.named("page.js")?.bytes ?? [], as: UTF8.self) }

    @Test func `each asset has bytes, a type and a tag`() throws {
        for (name, type) in [
            ("style.css", "text/css; charset=utf-8"), ("page.js", "text/javascript; charset=utf-8"), ("icon.svg", "image/svg+xml"),
        ] {
            let asset = try #require(Asset.named(name))
            #expect(!asset.bytes.isEmpty && asset.contentType == type)
            #expect(asset.etag.hasPrefix("\"") && asset.etag.hasSuffix("\"") && asset.etag.count > 10)
        }
        #expect(Asset.named("style.css")?.etag != Asset.named("page.js")?.etag)
        for name in ["", "../style.css", "STYLE.CSS", "layout.mustache"] { #expect(Asset.named(name) == nil) }
    }

    @Test func `the style sheet is small and fetches nothing`() {
        #expect(style.utf8.count < 20_000)
        #expect(!style.contains("url(") && !style.contains("@import"))
    }

    @Test func `the script is small and writes text only`() {
        #expect(script.utf8.count < 5_000)
        for word in ["innerHTML", "eval(", "http", "document.write"] { #expect(!script.contains(word)) }
        // What a page fetches is itself.
        #expect(script.components(separatedBy: "fetch(").dropFirst().allSatisfy { $0.hasPrefix("location.href") })
    }

    @Test func `text reaches a contrast of 7 to 1 on every ground, in light and dark`() throws {
        let blocks = style.components(separatedBy: "@media (prefers-color-scheme: dark)")
        try #require(blocks.count == 2)
        for (scheme, block) in zip(["light", "dark"], blocks) {
            let colors = Self.colors(in: block)
            for text in ["ink", "quiet", "accent", "accent-strong", "bad", "good", "warn"] {
                for ground in ["paper", "tint", "bad-tint", "good-tint", "warn-tint"] {
                    let ratio = Self.contrast(try #require(colors[text]), try #require(colors[ground]))
                    #expect(ratio >= 7, "\(scheme): \(text) on \(ground) is \(ratio)")
                }
            }
            for ground in ["accent", "accent-strong"] {
                #expect(Self.contrast(try #require(colors["on-accent"]), try #require(colors[ground])) >= 7, "\(scheme) button")
            }
            #expect(Self.contrast(try #require(colors["edge"]), try #require(colors["paper"])) >= 3, "\(scheme) input border")
        }
    }

    /// `--name: #rgb` and `--name: #rrggbb` of one block, first come first kept.
    private static func colors(in block: String) -> [String: [Double]] {
        var colors: [String: [Double]] = [:]
        for line in block.split(separator: "\n") {
            let parts = line.trimmingCharacters(in: .whitespaces).split(separator: ":")
            guard parts.count == 2, parts[0].hasPrefix("--"), let hash = parts[1].firstIndex(of: "#") else { continue }
            var digits = parts[1][hash...].dropFirst().filter(\.isHexDigit)
            if digits.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
            guard digits.count == 6, let number = Int(digits, radix: 16) else { continue }
            let name = String(parts[0].dropFirst(2))
            if colors[name] == nil { colors[name] = [16, 8, 0].map { Double((number >> $0) & 255) / 255 } }
        }
        return colors
    }

    /// WCAG 2.2, "contrast ratio".
    private static func contrast(_ one: [Double], _ other: [Double]) -> Double {
        func luminance(_ color: [Double]) -> Double {
            let linear = color.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        }
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }
}
