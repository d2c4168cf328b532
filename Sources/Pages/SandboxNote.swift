/// What a member's page says about the sandbox.
enum SandboxNote {
    static func words(in language: Language) -> String {
        language(
            "This is a sandbox: use a made-up test member, never a real person.",
            "Este es un entorno de prueba: use un miembro ficticio, nunca una persona real.")
    }
}
