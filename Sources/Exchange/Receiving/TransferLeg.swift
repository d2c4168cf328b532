package import FHIR

/// One way on which a record comes: `$everything`, one type's search, or what references lead to.
package struct TransferLeg: Sendable, Equatable {
    package enum Status: String, Sendable { case open, done, notShared, failed }

    /// `$everything`, the type's name, or `references`.
    package let name: String
    package var status: Status
    package var reason: String?
    /// The page to read next; nil before the first.
    package var next: String?
    package var pages: Int
    /// The last `Bundle.total`.
    package var announced: Int?

    package init(_ name: String, status: Status = .open, reason: String? = nil, next: String? = nil, pages: Int = 0, announced: Int? = nil)
    {
        (self.name, self.status, self.reason, self.next, self.pages, self.announced) = (name, status, reason, next, pages, announced)
    }

    package static let everything = "$everything"
    package static let references = "references"
}

/// A received resource that passed the checks, with the bytes as they came.
package struct StagedResource: Sendable {
    package let type: ResourceType
    package let id: ResourceID
    /// SHA-256 of the bytes.
    package let digest: [UInt8]
    package let body: [UInt8]

    package init(type: ResourceType, id: ResourceID, digest: [UInt8], body: [UInt8]) {
        (self.type, self.id, self.digest, self.body) = (type, id, digest, body)
    }
}

/// Something that was not kept, and why.
package struct TransferIssue: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// It came, and failed a check.
        case quarantined
        /// It is referred to, and was not to be had.
        case missing
    }

    package let kind: Kind
    /// As the sender writes it; may be anything.
    package let type: String
    package let id: String
    package let reason: String
    /// The bytes, for whoever looks into it; nil when they are another person's, or too many.
    package let body: [UInt8]?

    package init(_ kind: Kind, type: String, id: String, reason: String, body: [UInt8]? = nil) {
        (self.kind, self.type, self.id, self.reason, self.body) = (kind, type, id, reason, body)
    }
}

/// What one page, or a part of one, brought: kept in one step with how far the leg has come.
package struct LandedPage: Sendable {
    package var resources: [StagedResource] = []
    package var issues: [TransferIssue] = []
    package var leg: TransferLeg

    package init(leg: TransferLeg) { self.leg = leg }
}
