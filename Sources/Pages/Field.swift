/// The inputs of the member's forms; the raw value is the input's `name` and `id`.
package enum Field: String, Sendable {
    case firstName = "first_name"
    case lastName = "last_name"
    case birthDate = "birth_date"
    case memberID = "member_id"
    case postalCode = "postal_code"
    case email
    case code
    case decider
    case representativeName = "representative_name"
    case relationship

    func label(in language: Language) -> String {
        switch self {
        case .firstName: language("First Name", "Nombre")
        case .lastName: language("Last Name", "Apellidos")
        case .birthDate: language("Birthdate", "Fecha de nacimiento")
        case .memberID: language("Member ID", "Número de miembro")
        case .postalCode: language("Postal Code", "Código postal")
        case .email: language("E-mail address", "Correo electrónico")
        case .code: language("6-digit code", "Código de 6 dígitos")
        case .decider: language("Who is deciding?", "¿Quién decide?")
        case .representativeName: language("Your full name", "Su nombre completo")
        case .relationship: language("Your relationship to the member", "Su relación con el miembro")
        }
    }

    /// The value of `autocomplete`, so that a phone can fill the field (HTML, "autofill").
    var autocomplete: String? {
        switch self {
        case .firstName: "given-name"
        case .lastName: "family-name"
        case .birthDate: "bday"
        case .postalCode: "postal-code"
        case .email: "email"
        case .code: "one-time-code"
        case .representativeName: "name"
        case .memberID: "off"
        case .decider, .relationship: nil
        }
    }
}
