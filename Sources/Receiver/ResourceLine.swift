import FHIR

/// A received resource on its way into a file: checked, and its own bytes on one line.
enum ResourceLine {
    /// Why a resource is left out.
    struct Rejection: Error { let reason: String }

    static let otherPatient = "it belongs to another patient"

    /// The id, when the resource is of this type, small enough, and of no other patient.
    static func check(_ resource: JSONValue, type: ResourceType, patient: String, limit: Int) throws(Rejection) -> String {
        guard resource.isObject else { throw Rejection(reason: "it is no resource") }
        guard let name = resource["resourceType"]?.string, name.utf8.elementsEqual(type.name.utf8) else {
            throw Rejection(reason: "it is not of the type that was asked for")
        }
        guard let id = resource["id"]?.text.flatMap({ ResourceID($0) }) else { throw Rejection(reason: "it has no valid id") }
        guard resource.bytes.count <= limit else { throw Rejection(reason: "it is larger than \(limit) bytes") }
        let other = Rejection(reason: otherPatient)
        if type == .patient, !id.text.utf8.elementsEqual(patient.utf8) { throw other }
        for element in ["patient", "subject", "beneficiary"] as [StaticString] where namesOther(resource[element], patient) { throw other }
        if type == .provenance, namesOther(resource["target"], patient) { throw other }
        return id.text
    }

    /// True when one of the references is to a Patient with another id.
    private static func namesOther(_ value: JSONValue?, _ patient: String) -> Bool {
        guard let value else { return false }
        var found = false
        value.forEachElement { element in
            guard let reference = element["reference"]?.text.flatMap({ Reference($0) }), reference.type == .patient else { return }
            if !reference.id.text.utf8.elementsEqual(patient.utf8) { found = true }
        }
        return found
    }

    /// Adds the bytes and a line end. White space between tokens goes only when the bytes span lines; numbers and strings stay as they are.
    static func append(_ bytes: UnsafeRawBufferPointer, to lines: inout [UInt8]) {
        if bytes.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
            var isInString = false
            var isEscaped = false
            for byte in bytes {
                if isInString {
                    lines.append(byte)
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                } else if byte != 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D {
                    lines.append(byte)
                    isInString = byte == UInt8(ascii: "\"")
                }
            }
        } else {
            lines.append(contentsOf: bytes)
        }
        lines.append(0x0A)
    }
}
