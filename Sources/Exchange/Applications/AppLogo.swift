package import FHIR

/// The picture that stands beside an app's name where a member decides.
package struct AppLogo: Sendable {
    /// Part of its address, made by us, and new with every change.
    package let name: String
    package let size: PictureSize
    package let bytes: [UInt8]

    package init(name: String, size: PictureSize, bytes: [UInt8]) { (self.name, self.size, self.bytes) = (name, size, bytes) }

    package static let mostBytes = 200 << 10
    /// Pixels of either side.
    package static let sides = 32...1024

    package enum Problem: Error, Sendable, Equatable {
        case notAPicture
        case tooLarge
        case wrongSides
    }

    /// What the bytes are, whatever their name or their sender says.
    package static func size(of bytes: [UInt8]) throws(Problem) -> PictureSize {
        guard bytes.count <= mostBytes else { throw .tooLarge }
        guard let size = PictureSize(bytes) else { throw .notAPicture }
        guard sides.contains(size.width), sides.contains(size.height) else { throw .wrongSides }
        return size
    }
}

package protocol LogoStore: Sendable {
    /// Takes the place of the one before; nil takes it away. Counts as a change of the application: false when another came first.
    func setLogo(_ logo: AppLogo?, of application: DeveloperApp, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Bool
    /// The name under which the app's logo is served; nil for none.
    func logoName(of app: Key<App>) throws(Refusal) -> String?
    func logo(_ name: String) throws(Refusal) -> AppLogo?
}
