/// The plan, its providers and its medicines: everything that belongs to no member, and how a record refers to it.
struct Network: Sendable {
    /// An Organization with its Location; the first is the plan itself, with its office.
    struct Site: Sendable {
        let name: String
        let place: Place
        let street: String
        let phone: String
        let npi: String
        let organizationID: RecordID
        let locationID: RecordID
        /// `{"reference":"Organization/...","display":"..."}`, and the same for the Location.
        let organization: [UInt8]
        let location: [UInt8]
    }

    struct Clinician: Sendable {
        let given: String
        let family: String
        let isWoman: Bool
        let site: Int
        let specialty: Concept
        let npi: String
        let id: RecordID
        let roleID: RecordID
        let reference: [UInt8]
        var email: String { "\(given).\(family)@example.com" }
    }

    let sites: [Site]
    let clinicians: [Clinician]
    let medicineIDs: [RecordID]
    let medicines: [[UInt8]]

    static let clinics = 1...14
    static let hospitals = 15...19
    static let laboratory = 20
    static let pharmacy = 21
    static let cliniciansPerSite = 3

    private static let names = [
        "Harborlight Family Medicine", "Mill Pond Pediatrics", "Granite Street Health Center", "Saltmarsh Primary Care",
        "Old Ferry Medical Group", "Lantern Hill Clinic", "Orchard Crossing Physicians", "Juniper Community Health", "Quarry Path Medical",
        "Tannery Way Practice", "Birchwood Medical Associates", "Station Avenue Clinic", "Wheelwright Health",
        "Larkspur Women and Children",
        "Three Rivers Demonstration Hospital", "Baystone General Hospital", "Northwharf Medical Center", "Elmfield Community Hospital",
        "Westerly Teaching Hospital", "Clearwater Reference Laboratory", "Copper Kettle Pharmacy",
    ]

    private static func taxonomy(_ code: StaticString, _ display: StaticString) -> Concept {
        Concept(system: "http://nucc.org/provider-taxonomy", code: code, display: display)
    }

    private static let clinicSpecialties = [
        taxonomy("208D00000X", "General Practice Physician"), taxonomy("208000000X", "Pediatrics Physician"),
        taxonomy("207R00000X", "Internal Medicine Physician"),
    ]
    private static let hospitalSpecialties = [
        taxonomy("207P00000X", "Emergency Medicine Physician"), taxonomy("207RC0000X", "Cardiovascular Disease Physician"),
        taxonomy("208600000X", "Surgery Physician"),
    ]

    init(key: UInt64, planName: String) {
        var chance = Chance(seed: key)
        var sites: [Site] = []
        for (index, name) in ([planName] + Network.names).enumerated() {
            let organizationID = RecordID(owner: key, serial: index)
            let locationID = RecordID(owner: key, serial: 1000 + index)
            sites.append(
                Site(
                    name: name, place: Place.all[index % Place.all.count],
                    street: "\(chance.between(1, 899)) \(chance.pick(Place.streets))",
                    phone: Network.phone(&chance), npi: Network.npi(index), organizationID: organizationID, locationID: locationID,
                    organization: Network.reference("Organization", organizationID, name),
                    location: Network.reference("Location", locationID, name)))
        }
        self.sites = sites
        var clinicians: [Clinician] = []
        for site in Network.clinics.lowerBound...Network.hospitals.upperBound {
            for place in 0..<Network.cliniciansPerSite {
                let isWoman = chance.hit(percent: 50)
                let given = PersonName.numbered(chance.pick(isWoman ? PersonName.women : PersonName.men), &chance)
                let family = PersonName.numbered(chance.pick(PersonName.families), &chance)
                let id = RecordID(owner: key, serial: 2000 + clinicians.count)
                clinicians.append(
                    Clinician(
                        given: given, family: family, isWoman: isWoman, site: site,
                        specialty: Network.hospitals.contains(site) ? Network.hospitalSpecialties[place] : Network.clinicSpecialties[place],
                        npi: Network.npi(500 + clinicians.count), id: id, roleID: RecordID(owner: key, serial: 3000 + clinicians.count),
                        reference: Network.reference("Practitioner", id, "Dr. \(given) \(family)")))
            }
        }
        self.clinicians = clinicians
        medicineIDs = Medicine.all.indices.map { RecordID(owner: key, serial: 4000 + $0) }
        medicines = zip(medicineIDs, Medicine.all).map { Network.reference("Medication", $0, $1.code.display.description) }
    }

    /// The place in `clinicians` of one who works at `site`.
    static func clinician(at site: Int, _ place: Int) -> Int { (site - clinics.lowerBound) * cliniciansPerSite + place }

    /// A number of the range that is kept for fiction: 555-0100 to 555-0199.
    static func phone(_ chance: inout Chance) -> String {
        "\(chance.pick(["413", "508", "617", "774", "781", "978"]))-555-01\(chance.between(10, 99))"
    }

    private static func reference(_ type: StaticString, _ id: RecordID, _ display: String) -> [UInt8] {
        var out = ResourceBytes()
        out.raw(#"{"reference":""#)
        out.raw(type)
        out.byte(47)
        out.id(id)
        out.raw(#"","display":"#)
        out.string(display)
        out.byte(125)
        return out.bytes
    }

    /// Ten digits that begin with 9, which no real provider's number does, with the check digit of 45 CFR §162.406 (Luhn over 80840 and the number).
    private static func npi(_ number: Int) -> String {
        let digits = String(999_900_000 + number)
        var sum = 24
        for (position, byte) in digits.utf8.enumerated() {
            let digit = Int(byte - 48)
            let doubled = digit * 2
            sum += position % 2 == 0 ? doubled / 10 + doubled % 10 : digit
        }
        return digits + String((10 - sum % 10) % 10)
    }
}
