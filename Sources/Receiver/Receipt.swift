import FHIR

/// What was received, from whom, of whom, and what is missing; also `receipt.json` beside the files.
package struct Receipt: Sendable, Equatable {
    package struct Source: Sendable, Equatable {
        package let from: String
        package let fhirBase: String
        package let issuer: String?
        package let softwareName: String?
        package let softwareVersion: String?
    }

    /// From the received Patient; name and birth date are nil when it was not shared.
    package struct Member: Sendable, Equatable {
        package let patientID: String
        package let name: String?
        /// `YYYY-MM-DD`, or less when less is known.
        package let birthDate: String?
    }

    /// One file and what it holds.
    package struct TypeCount: Sendable, Equatable {
        package let type: String
        package let count: Int
        package let bytes: Int
        /// Below the folder; nil when there are none. It ends in `.part` when the type broke off.
        package let file: String?
        /// Lower-case hexadecimal.
        package let sha256: String?
    }

    package struct NotReceived: Sendable, Equatable {
        package let type: String
        package let reason: String
        /// Another run may succeed; only of failures.
        package let mayTryAgain: Bool
    }

    /// Single resources that are missing or were left out, counted by reason; `ids` are the first hundred.
    package struct LeftOut: Sendable, Equatable {
        package let type: String
        package let reason: String
        package let count: Int
        package let ids: [String]
    }

    package let source: Source
    package let member: Member
    /// Instants in UTC.
    package let startedAt: String
    package let finishedAt: String
    /// In the order they were asked for; types with none have a count of 0.
    package let types: [TypeCount]
    /// Types the sender refused or does not offer.
    package let notShared: [NotReceived]
    /// Types that ended early.
    package let failures: [NotReceived]
    /// Referred to, but not to be had.
    package let gaps: [LeftOut]
    /// Received, but not kept.
    package let rejected: [LeftOut]
    package let requests: Int
    package let retries: Int
    /// The folder with the files.
    package let folder: String

    /// False when a type ended early: the exit status of the command says so too.
    package var isComplete: Bool { failures.isEmpty }
    package var resources: Int { types.reduce(0) { $0 + $1.count } }
    package var bytes: Int { types.reduce(0) { $0 + $1.bytes } }
}
