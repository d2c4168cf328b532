/// A category of race as the Office of Management and Budget counts them (US Core race extension).
struct Origin: Sendable {
    let code: StaticString
    let display: StaticString

    static let all = [
        Origin(code: "2106-3", display: "White"), Origin(code: "2054-5", display: "Black or African American"),
        Origin(code: "2028-9", display: "Asian"), Origin(code: "1002-5", display: "American Indian or Alaska Native"),
        Origin(code: "2076-8", display: "Native Hawaiian or Other Pacific Islander"),
    ]
}
