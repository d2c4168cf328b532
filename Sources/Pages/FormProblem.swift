/// A problem with one form, turned into words by the page it is shown on.
package enum FormProblem: Sendable, Equatable {
    case missing(field: Field)
    case invalidDate(field: Field)
    case invalidPostalCode
    case invalidEmail
    case tooLong(field: Field)
    /// The details fit no member; never says which of them.
    case noMatch
    /// Too many attempts; the member has to come back later.
    case tooManyAttempts
    case wrongCode(triesLeft: Int)
    case codeExpired
    case codeUsedUp
    case resendTooSoon
    case tooManyResends
    case chooseDecider
    case missingRepresentativeName
    case missingRepresentativeRelationship

    /// The field that repeats the message, nil for a problem of the whole form.
    var field: Field? {
        switch self {
        case .missing(let field), .invalidDate(let field), .tooLong(let field): field
        case .invalidPostalCode: .postalCode
        case .invalidEmail: .email
        case .wrongCode: .code
        case .chooseDecider: .decider
        case .missingRepresentativeName: .representativeName
        case .missingRepresentativeRelationship: .relationship
        case .noMatch, .tooManyAttempts, .codeExpired, .codeUsedUp, .resendTooSoon, .tooManyResends: nil
        }
    }

    /// Where the error summary leads: the field, or the button that helps.
    var anchor: String? {
        switch self {
        case .noMatch: "#" + Field.firstName.rawValue
        case .codeExpired, .codeUsedUp: "#resend"
        default: field.map { "#" + $0.rawValue }
        }
    }

    func words(in language: Language) -> String {
        switch self {
        case .missing(let field): missing(field, in: language)
        case .invalidDate:
            language(
                "Enter a real birthdate, like 01/04/2011 for January 4, 2011",
                "Escriba una fecha de nacimiento real, como 01/04/2011 para el 4 de enero de 2011")
        case .invalidPostalCode:
            language("Enter a postal code with 5 digits, like 02116", "Escriba un código postal de 5 dígitos, como 02116")
        case .invalidEmail:
            language(
                "Enter an e-mail address in the right form, like name@example.com",
                "Escriba un correo electrónico con la forma correcta, como nombre@example.com")
        case .tooLong(let field):
            language(
                "“\(field.label(in: language))” is too long. Check it and try again.",
                "«\(field.label(in: language))» es demasiado largo. Revíselo e intente de nuevo.")
        case .noMatch:
            language(
                "We could not match those details. Check your member ID card and try again.",
                "No encontramos a nadie con esos datos. Revise su tarjeta de miembro e intente de nuevo.")
        case .tooManyAttempts:
            language(
                "There were too many attempts. Wait a while, then try again.",
                "Hubo demasiados intentos. Espere un tiempo e intente de nuevo.")
        case .wrongCode(let left) where left == 1:
            language(
                "That code is not right. Check the newest mail. You have 1 try left.",
                "Ese código no es correcto. Revise el mensaje más reciente. Le queda 1 intento.")
        case .wrongCode(let left) where left > 1:
            language(
                "That code is not right. Check the newest mail. You have \(left) tries left.",
                "Ese código no es correcto. Revise el mensaje más reciente. Le quedan \(left) intentos.")
        case .wrongCode:
            language("That code is not right. Ask for a new code.", "Ese código no es correcto. Pida un código nuevo.")
        case .codeExpired:
            language("That code is too old. Ask for a new code.", "Ese código ya venció. Pida un código nuevo.")
        case .codeUsedUp:
            language("That code cannot be used any more. Ask for a new code.", "Ese código ya no se puede usar. Pida un código nuevo.")
        case .resendTooSoon:
            language(
                "We just sent a code. Wait a moment before you ask for another.",
                "Acabamos de enviar un código. Espere un momento antes de pedir otro.")
        case .tooManyResends:
            language(
                "We have sent as many codes as we can for now. Try again later.",
                "Ya enviamos todos los códigos que podemos por ahora. Intente más tarde.")
        case .chooseDecider: language("Choose who is deciding", "Elija quién decide")
        case .missingRepresentativeName: language("Enter your full name", "Escriba su nombre completo")
        case .missingRepresentativeRelationship: language("Choose your relationship to the member", "Elija su relación con el miembro")
        }
    }

    private func missing(_ field: Field, in language: Language) -> String {
        switch field {
        case .firstName: language("Enter the member’s first name", "Escriba el nombre del miembro")
        case .lastName: language("Enter the member’s last name", "Escriba los apellidos del miembro")
        case .birthDate: language("Enter the member’s birthdate", "Escriba la fecha de nacimiento del miembro")
        case .memberID: language("Enter the member ID from the card", "Escriba el número de miembro que está en la tarjeta")
        case .postalCode: language("Enter the member’s postal code", "Escriba el código postal del miembro")
        case .email: language("Enter your e-mail address", "Escriba su correo electrónico")
        case .code: language("Enter the 6-digit code from the mail", "Escriba el código de 6 dígitos del mensaje")
        case .decider: FormProblem.chooseDecider.words(in: language)
        case .representativeName: FormProblem.missingRepresentativeName.words(in: language)
        case .relationship: FormProblem.missingRepresentativeRelationship.words(in: language)
        }
    }
}
