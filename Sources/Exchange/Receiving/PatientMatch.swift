package import FHIR

/// Whether the Patient that a sender sent is this plan's member, by what both sides know: a family and a given name, and the birth date.
package enum PatientMatch: Sendable, Equatable {
    case same
    /// What does not agree, in words.
    case differs([Difference])
    /// The sender sent no Patient.
    case unknown

    package enum Difference: String, Sendable, Equatable {
        case familyName, givenName, birthDate

        package var words: String {
            switch self {
            case .familyName: "the last name"
            case .givenName: "the first name"
            case .birthDate: "the birth date"
            }
        }
    }

    /// Names compare without regard to case, accents and spaces; any of the Patient's names will do, also a former one.
    package init(_ member: Member, patient: JSONValue) {
        let first = MemberDetails.name(member.firstName)
        let last = MemberDetails.name(member.lastName)
        var hasFamily = false
        var hasGiven = false
        patient["name"]?.forEachElement { name in
            if let family = name["family"]?.string, MemberDetails.name(family).utf8.elementsEqual(last.utf8) { hasFamily = true }
            var all = ""
            name["given"]?.forEachElement { given in
                guard let text = given.string else { return }
                if MemberDetails.name(text).utf8.elementsEqual(first.utf8) { hasGiven = true }
                all += text
                // "Mary Ann" may stand as one name on one side and as two on the other.
                if MemberDetails.name(all).utf8.elementsEqual(first.utf8) { hasGiven = true }
            }
        }
        var differences: [Difference] = []
        if !hasGiven { differences.append(.givenName) }
        if !hasFamily { differences.append(.familyName) }
        if patient["birthDate"]?.string.map({ $0.utf8.elementsEqual(member.birthDate.utf8) }) != true { differences.append(.birthDate) }
        self = differences.isEmpty ? .same : .differs(differences)
    }
}
