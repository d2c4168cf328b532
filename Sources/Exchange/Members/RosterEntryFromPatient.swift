package import FHIR

extension RosterEntry {
    /// The roster line that a received Patient amounts to, so that a plan without a roster file can still be asked for its members.
    ///
    /// Member ID: the identifier of type MB (v2-0203), else MR, else the Patient's id. Nil when a part for matching is missing.
    package init?(patient: JSONValue, id: ResourceID) {
        guard patient["resourceType"]?.isText("Patient") == true, let birthDate = patient["birthDate"]?.string, birthDate.utf8.count == 10,
            let name = Self.officialName(patient)
        else { return nil }
        self.init(
            memberID: Self.identifier(patient, code: "MB") ?? Self.identifier(patient, code: "MR") ?? id.text, firstName: name.first,
            lastName: name.last, birthDate: birthDate, postalCode: patient["address"]?.first?["postalCode"]?.string ?? "",
            email: Self.email(patient), patientID: id.text)
    }

    private static func officialName(_ patient: JSONValue) -> (first: String, last: String)? {
        var chosen: JSONValue?
        patient["name"]?.forEachElement { name in
            if chosen == nil || (name["use"]?.isText("official") == true && chosen?["use"]?.isText("official") != true) { chosen = name }
        }
        guard let last = chosen?["family"]?.string, let first = chosen?["given"]?.first?.string else { return nil }
        return (first, last)
    }

    private static func identifier(_ patient: JSONValue, code: StaticString) -> String? {
        var found: String?
        patient["identifier"]?.forEachElement { identifier in
            identifier["type"]?["coding"]?.forEachElement { coding in
                if found == nil, coding["code"]?.isText(code) == true { found = identifier["value"]?.string }
            }
        }
        return found
    }

    private static func email(_ patient: JSONValue) -> String? {
        var found: String?
        patient["telecom"]?.forEachElement { telecom in
            if found == nil, telecom["system"]?.isText("email") == true { found = telecom["value"]?.string }
        }
        return found
    }
}
