import FHIR

/// The answer to a read by type and id.
enum ReadResource: Sendable {
    case line([UInt8])
    case rejected(String)

    init(_ body: [UInt8], type: ResourceType, id: String, patient: String, limit: Int) {
        let read = try? JSONParser().withDocument(body) { root -> ReadResource in
            do throws(ResourceLine.Rejection) {
                let got = try ResourceLine.check(root, type: type, patient: patient, limit: limit)
                guard got.utf8.elementsEqual(id.utf8) else { return .rejected("it has another id than the one asked for") }
                var line: [UInt8] = []
                ResourceLine.append(root.bytes, to: &line)
                return .line(line)
            } catch {
                return .rejected(error.reason)
            }
        }
        self = read ?? .rejected("the answer is broken")
    }
}
