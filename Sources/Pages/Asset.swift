/// The style sheet, the script and the icon, as they lie in the program.
package enum Asset {
    /// Bytes, media type and a strong entity tag in quotes, or nil for an unknown name: `style.css`, `page.js`, `icon.svg`.
    package static func named(_ name: String) -> (bytes: [UInt8], contentType: String, etag: String)? {
        assets[name].map { ($0.bytes, $0.contentType, "\"\($0.version)\"") }
    }

    /// Part of an asset's address that changes with its bytes, so that it may be cached for long.
    static func version(of name: String) -> String { assets[name]?.version ?? "0" }

    private struct Entry {
        var bytes: [UInt8]
        var contentType: String
        var version: String

        init(_ bytes: [UInt8], _ contentType: String) {
            self.bytes = bytes
            self.contentType = contentType
            // FNV-1a: it has to notice an edit, not an attacker, who cannot write these bytes.
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in bytes {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            }
            version = String(hash, radix: 16)
        }
    }

    private static let assets: [String: Entry] = [
        "style.css": Entry(PackageResources.style_css, "text/css; charset=utf-8"),
        "page.js": Entry(PackageResources.page_js, "text/javascript; charset=utf-8"),
        "icon.svg": Entry(PackageResources.icon_svg, "image/svg+xml"),
        // Of the documentation; bin/screenshots makes them.
        "portal-application.png": Entry(PackageResources.portal_application_png, "image/png"),
        "portal-case.png": Entry(PackageResources.portal_case_png, "image/png"),
        "portal-queue.png": Entry(PackageResources.portal_queue_png, "image/png"),
        "portal-requests.png": Entry(PackageResources.portal_requests_png, "image/png"),
        "portal-try.png": Entry(PackageResources.portal_try_png, "image/png"),
    ]
}
