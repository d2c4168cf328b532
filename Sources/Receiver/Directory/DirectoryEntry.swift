/// One sending payer as a directory lists it; nothing of it is proven before discovery has asked the server itself.
package struct DirectoryEntry: Sendable, Equatable {
    /// One line, made safe to show.
    package let name: String
    package let fhirBase: String
    /// What the directory says; discovery decides.
    package let authorize: String?
    package let token: String?
    /// Of the organisation, such as its NPI or its NAIC company code.
    package let identifiers: [Identifier]

    package struct Identifier: Sendable, Hashable {
        package let system: String?
        package let value: String
    }
}

/// What a directory held: the payers that can be added, and what could not be used with the reason.
package struct DirectoryReading: Sendable, Equatable {
    package internal(set) var entries: [DirectoryEntry] = []
    package internal(set) var skipped: [Skipped] = []

    package struct Skipped: Sendable, Equatable {
        /// The name, or what else the directory calls it by.
        package let name: String
        /// Goes on after the name: `is not https`.
        package let reason: String
    }
}
