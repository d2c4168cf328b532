/// A town of Massachusetts, with the middle of it.
struct Place: Sendable {
    let city: String
    let postalCode: String
    /// In units of a hundred-thousandth of a degree.
    let latitude: Int
    let longitude: Int

    init(_ city: String, _ postalCode: String, _ latitude: Int, _ longitude: Int) {
        self.city = city
        self.postalCode = postalCode
        self.latitude = latitude
        self.longitude = longitude
    }

    /// The first is the one of the seed's member.
    static let all = [
        Place("Boston", "02116", 42_34_954, -71_07_720), Place("Worcester", "01608", 42_26_190, -71_80_190),
        Place("Springfield", "01103", 42_10_190, -72_58_940), Place("Lowell", "01852", 42_63_380, -71_31_640),
        Place("Cambridge", "02139", 42_36_470, -71_10_420), Place("Brockton", "02301", 42_08_340, -71_01_840),
        Place("New Bedford", "02740", 41_63_620, -70_93_420), Place("Quincy", "02169", 42_25_290, -71_00_230),
        Place("Lynn", "01901", 42_46_680, -70_94_950), Place("Fall River", "02720", 41_70_150, -71_15_500),
        Place("Newton", "02458", 42_33_700, -71_20_920), Place("Somerville", "02143", 42_38_760, -71_09_950),
        Place("Framingham", "01702", 42_27_930, -71_41_620), Place("Haverhill", "01830", 42_77_620, -71_07_730),
        Place("Pittsfield", "01201", 42_45_010, -73_24_540), Place("Barnstable", "02630", 41_70_030, -70_29_950),
        Place("Salem", "01970", 42_51_950, -70_89_670), Place("Amherst", "01002", 42_37_320, -72_51_990),
        Place("Gloucester", "01930", 42_61_590, -70_66_200), Place("Plymouth", "02360", 41_95_840, -70_66_730),
    ]

    static let streets = [
        "Larkspur Row", "Mill Pond Lane", "Cobbler Street", "Old Ferry Road", "Juniper Court", "Tannery Way", "Harbor View", "Quarry Path",
        "Birchwood Terrace", "Station Avenue", "Lantern Hill", "Orchard Crossing", "Saltmarsh Drive", "Granite Gate", "Wheelwright Close",
    ]
}
