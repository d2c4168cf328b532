import FHIR

/// The sending server, as its public documents describe it.
struct Sender: Sendable {
    /// Where the FHIR resources are; also the `aud` of the authorize request.
    let base: WebAddress
    let authorize: WebAddress
    let token: WebAddress
    let issuer: String?
    /// RFC 9207 §3: every answer carries `iss`.
    let namesItselfInAnswers: Bool
    let tokenUsesBasic: Bool
    let software: Software
    let plan: DownloadPlan
    /// One operation gives the whole record, instead of a search for each type. FHIR R4, Patient/$everything.
    let offersEverything: Bool

    struct Software: Sendable, Equatable {
        var name: String?
        var version: String?

        var text: String? {
            guard let name else { return nil }
            return version.map { name + " " + $0 } ?? name
        }
    }
}
