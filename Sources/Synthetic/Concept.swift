/// A code of a code system. All three texts are plain ASCII without quotes, so that they can be written as they are.
struct Concept: Sendable {
    let system: StaticString
    let code: StaticString
    let display: StaticString

    static func snomed(_ code: StaticString, _ display: StaticString) -> Concept {
        Concept(system: "http://snomed.info/sct", code: code, display: display)
    }

    static func loinc(_ code: StaticString, _ display: StaticString) -> Concept {
        Concept(system: "http://loinc.org", code: code, display: display)
    }

    static func rxnorm(_ code: StaticString, _ display: StaticString) -> Concept {
        Concept(system: "http://www.nlm.nih.gov/research/umls/rxnorm", code: code, display: display)
    }

    static func cvx(_ code: StaticString, _ display: StaticString) -> Concept {
        Concept(system: "http://hl7.org/fhir/sid/cvx", code: code, display: display)
    }
}
