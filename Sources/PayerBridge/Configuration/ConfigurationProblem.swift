/// Something in a configuration or an argument that has to be mended before the program can go on.
struct ConfigurationProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
