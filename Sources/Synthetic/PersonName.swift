/// Given and family names; three digits behind each make plain that the person is made up.
enum PersonName {
    static let women = [
        "Adela", "Brenna", "Calista", "Dorothea", "Elowen", "Fiorella", "Gudrun", "Hadley", "Ilse", "Jovita", "Katya", "Leocadia",
        "Marisol",
        "Nerys", "Odalys", "Petra", "Quilla", "Rosaline", "Saoirse", "Tamsin", "Ursa", "Vanda", "Wilma", "Xiomara", "Yolanda", "Zelda",
        "Amina", "Bao", "Chiyo", "Divya", "Esi", "Farida", "Imani", "Keiko", "Lupita", "Nkechi", "Parvati", "Soledad", "Thuy", "Winona",
    ]
    static let men = [
        "Alaric", "Bastian", "Caspar", "Dorian", "Emeric", "Fergus", "Gideon", "Hollis", "Ignatius", "Jarek", "Killian", "Lorcan",
        "Matthis",
        "Nestor", "Osric", "Percival", "Quentin", "Ruben", "Silvan", "Tobias", "Ulric", "Valentin", "Wendell", "Xander", "Yannick",
        "Zoltan",
        "Amadou", "Bilal", "Chidi", "Duc", "Enrique", "Farouk", "Haruto", "Jamal", "Kofi", "Lamar", "Mateo", "Ravi", "Santos", "Takoda",
    ]
    static let families = [
        "Abendroth", "Birdsong", "Castellan", "Drummond", "Eisenhart", "Featherby", "Greenacre", "Halloway", "Ironwood", "Jessamine",
        "Kettering", "Lindqvist", "Marchbanks", "Nightshade", "Oakhurst", "Pemberley", "Quickfall", "Ravenhill", "Silverlock",
        "Thistlewood",
        "Underhill", "Vandermeer", "Whitlow", "Yarborough", "Zimmerling", "Aguilera", "Benavides", "Cifuentes", "Delacruz", "Escarra",
        "Adeyinka", "Boateng", "Chaudhary", "Dangote", "Fujimori", "Gopalan", "Hoang", "Ishikawa", "Kamara", "Longstar", "Mwangi", "Okonjo",
        "Patwardhan", "Redcloud", "Sato", "Tran", "Venkatesh", "Wongsuwan", "Yamauchi", "Zaragoza",
    ]

    /// `name` with three digits.
    static func numbered(_ name: String, _ chance: inout Chance) -> String {
        let number = chance.between(1, 999)
        return name + (number < 10 ? "00" : number < 100 ? "0" : "") + String(number)
    }
}
