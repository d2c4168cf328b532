/// A resource as it arrives: proven to be one, with what a store needs to know about it.
package struct IncomingResource {
    package let type: ResourceType
    package let id: ResourceID
    package let owner: Owner
    /// The resource's own bytes as they arrived; valid as long as the parser's document.
    package let source: UnsafeRawBufferPointer
    package let meta: MetaSplice

    /// Whose compartment it belongs in.
    package enum Owner: Sendable, Equatable {
        case member(patientID: ResourceID)
        /// Belongs to no member, such as an Organization.
        case plan
        /// Names no Patient itself, but these resources, of which one may be known: a Provenance of one Observation.
        case ownerOf([Reference])
    }

    /// `fallbackID` serves a Bundle entry whose resource has no id of its own.
    package init(_ resource: JSONValue, fallbackID: ResourceID? = nil) throws(ResourceProblem) {
        try self.init(resource, fallbackID: fallbackID) { (type, id) throws(ResourceProblem) in try Self.owner(of: resource, type, id) }
    }

    /// A resource whose owner is known already: this member, or for types that belong to no member the plan.
    package init(received resource: JSONValue, of patientID: ResourceID) throws(ResourceProblem) {
        try self.init(resource, fallbackID: nil) { type, _ in ReleasedTypes.isShared(type) ? .plan : .member(patientID: patientID) }
    }

    private init(_ resource: JSONValue, fallbackID: ResourceID?, owner: (ResourceType, ResourceID) throws(ResourceProblem) -> Owner)
        throws(ResourceProblem)
    {
        guard resource.isObject else { throw ResourceProblem("A resource is a JSON object.") }
        guard let typeName = resource["resourceType"]?.text else { throw ResourceProblem("There is no resourceType.") }
        guard let type = ResourceType(typeName) else {
            throw ResourceProblem("\"\(String(decoding: typeName.prefix(64), as: UTF8.self))\" is not a resource type of FHIR R4.")
        }
        guard let id = resource["id"].map({ $0.text.flatMap { ResourceID($0) } }) ?? fallbackID else {
            throw ResourceProblem("The \(type.name) has no id of 1 to 64 letters, digits, '-' and '.'.")
        }
        if let meta = resource["meta"], !meta.isObject { throw ResourceProblem("The \(type.name)'s meta is not a JSON object.") }
        if let contained = resource["contained"], ReleasedTypes.isClinical(type) { try Self.check(contained: contained, in: type) }
        self.type = type
        self.id = id
        self.owner = try owner(type, id)
        source = resource.bytes
        meta = MetaSplice(resource, base: resource.range.lowerBound, missingID: id)
    }

    /// Claims and coverage hidden inside a clinical resource would leave with it, however deep they stand.
    private static func check(contained: JSONValue, in type: ResourceType) throws(ResourceProblem) {
        var found: String?
        contained.forEachDescendant { element in
            if let name = element["resourceType"]?.text, let inner = ResourceType(name),
                ReleasedTypes.isNeverShared(inner) || inner == .patient
            {
                found = inner.name
            }
        }
        if let found {
            throw ResourceProblem("The \(type.name) contains a \(found); keep that as a resource of its own and refer to it.")
        }
    }

    private static func owner(of resource: JSONValue, _ type: ResourceType, _ id: ResourceID) throws(ResourceProblem) -> Owner {
        if type == .patient { return .member(patientID: id) }
        if ReleasedTypes.isShared(type) { return .plan }
        for element in ["patient", "subject", "beneficiary", "individual", "subscriber"] as [StaticString] {
            if let reference = resource[element]?["reference"]?.text.flatMap({ Reference($0) }), reference.type == .patient {
                return .member(patientID: reference.id)
            }
        }
        if type == .provenance {
            var targets: [Reference] = []
            resource["target"]?.forEachElement { target in
                if let reference = target["reference"]?.text.flatMap({ Reference($0) }) { targets.append(reference) }
            }
            if let patient = targets.first(where: { $0.type == .patient }) { return .member(patientID: patient.id) }
            if !targets.isEmpty { return .ownerOf(targets) }
        }
        if type == .device { return .plan }
        throw ResourceProblem("The \(type.name) names no Patient (patient or subject as Patient/id), so it belongs to no member.")
    }
}
