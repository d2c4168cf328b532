import FHIR

/// The Organizations and Endpoints of a Bundle, joined: by `Endpoint.managingOrganization`, or by `Organization.endpoint`. FHIR R4, Endpoint.
struct DirectoryBundle {
    private struct Organization {
        let places: [String]
        let name: String?
        let isActive: Bool
        let identifiers: [DirectoryEntry.Identifier]
        let endpoints: [Pointer]
    }

    private struct Endpoint {
        let places: [String]
        let name: String?
        let status: String?
        let connection: String?
        let address: String?
        let authorize: String?
        let token: String?
        let organization: Pointer?
        let organizationName: String?
    }

    /// A reference as the places to look at, the likeliest first.
    private struct Pointer {
        let places: [String]
    }

    private var organizations: [Organization] = []
    private var endpoints: [Endpoint] = []

    init(_ root: JSONValue, most: Int) throws(SenderDirectory.Problem) {
        guard let entries = root["entry"], entries.isArray else { return }
        guard entries.count <= most else { throw .tooMany }
        entries.forEachElement { entry in
            guard let resource = entry["resource"] else { return }
            let fullURL = entry["fullUrl"]?.string
            if resource["resourceType"]?.isText("Organization") == true {
                organizations.append(Self.organization(resource, fullURL))
            } else if resource["resourceType"]?.isText("Endpoint") == true {
                endpoints.append(Self.endpoint(resource, fullURL))
            }
        }
    }

    /// The endpoints that may be a payer's FHIR server; all others, and organisations without one, go to what was skipped.
    func listed(_ reading: inout DirectoryReading) -> [SenderDirectory.Listed] {
        let byPlace = Self.index(organizations.map(\.places))
        var naming: [Int: Int] = [:]
        let endpointAt = Self.index(endpoints.map(\.places))
        var withEndpoint: Set<Int> = []
        for (number, organization) in organizations.enumerated() {
            for pointer in organization.endpoints {
                guard let endpoint = Self.found(pointer, endpointAt) else { continue }
                withEndpoint.insert(number)
                if naming[endpoint] == nil { naming[endpoint] = number }
            }
        }
        var listed: [SenderDirectory.Listed] = []
        for (number, endpoint) in endpoints.enumerated() {
            let owner = endpoint.organization.flatMap { Self.found($0, byPlace) } ?? naming[number]
            if let owner { withEndpoint.insert(owner) }
            let organization = owner.map { organizations[$0] }
            let one = SenderDirectory.Listed(
                name: organization?.name ?? endpoint.organizationName ?? endpoint.name, fhirBase: endpoint.address,
                authorize: endpoint.authorize, token: endpoint.token, identifiers: organization?.identifiers ?? [])
            if let reason = Self.unfit(endpoint, organization) {
                reading.skipped.append(.init(name: one.shownName, reason: reason))
            } else {
                listed.append(one)
            }
        }
        for (number, organization) in organizations.enumerated() where !withEndpoint.contains(number) {
            let reason = organization.endpoints.isEmpty ? "has no endpoint" : "names an endpoint that is not in the Bundle"
            reading.skipped.append(.init(name: SenderDirectory.Listed(name: organization.name).shownName, reason: reason))
        }
        return listed
    }

    private static func unfit(_ endpoint: Endpoint, _ organization: Organization?) -> String? {
        if organization?.isActive == false { return "is an organisation that is no longer active" }
        guard let status = endpoint.status, status.utf8.elementsEqual("active".utf8) else {
            return "has an endpoint that is not active (\(PlainText.shown(endpoint.status ?? "no status", limit: 40)))"
        }
        guard let connection = endpoint.connection, connection.utf8.elementsEqual("hl7-fhir-rest".utf8) else {
            return "has an endpoint of another kind (\(PlainText.shown(endpoint.connection ?? "no connection type", limit: 40)))"
        }
        return nil
    }

    // MARK: References. FHIR R4, Bundle, Resolving references in Bundles

    /// Where a resource can be pointed to: its fullUrl, and `Type/id`.
    private static func places(_ resource: JSONValue, _ type: String, _ fullURL: String?) -> [String] {
        [fullURL, resource["id"]?.string.map { type + "/" + $0 }].compactMap { $0 }
    }

    /// What a place of two resources means nobody knows, so that it leads to neither.
    private static func index(_ places: [[String]]) -> [String: Int?] {
        var index: [String: Int?] = [:]
        for (number, own) in places.enumerated() {
            for place in Set(own) { index.updateValue(index[place] == nil ? number : nil, forKey: place) }
        }
        return index
    }

    private static func found(_ pointer: Pointer, _ index: [String: Int?]) -> Int? {
        for place in pointer.places {
            if let found = index[place], let found { return found }
        }
        return nil
    }

    /// A relative reference is first looked for on the server that the pointing resource came from.
    private static func pointer(_ value: JSONValue?, from own: JSONValue, _ type: String, _ fullURL: String?) -> Pointer? {
        guard let text = value?["reference"]?.string else { return nil }
        guard let fullURL, let id = own["id"]?.string, fullURL.hasSuffix("/" + type + "/" + id) else { return Pointer(places: [text]) }
        return Pointer(places: [fullURL.dropLast(type.count + 1 + id.count) + text, text])
    }

    // MARK: Reading

    private static func organization(_ resource: JSONValue, _ fullURL: String?) -> Organization {
        var identifiers: [DirectoryEntry.Identifier] = []
        resource["identifier"]?.forEachElement { identifier in
            guard identifiers.count < 20, let value = PlainText.shown(identifier["value"], limit: 100) else { return }
            identifiers.append(.init(system: PlainText.shown(identifier["system"], limit: 200), value: value))
        }
        var endpoints: [Pointer] = []
        resource["endpoint"]?.forEachElement { value in
            guard endpoints.count < 100 else { return }
            if let pointer = pointer(value, from: resource, "Organization", fullURL) { endpoints.append(pointer) }
        }
        return Organization(
            places: places(resource, "Organization", fullURL), name: resource["name"]?.string, isActive: resource["active"]?.kind != .false,
            identifiers: identifiers, endpoints: endpoints)
    }

    private static func endpoint(_ resource: JSONValue, _ fullURL: String?) -> Endpoint {
        var authorize: String?
        var token: String?
        resource["extension"]?.forEachElement { outer in
            guard outer["url"]?.isText(CapabilityReader.oauthURIs) == true else { return }
            outer["extension"]?.forEachElement { inner in
                if inner["url"]?.isText("authorize") == true { authorize = inner["valueUri"]?.string }
                if inner["url"]?.isText("token") == true { token = inner["valueUri"]?.string }
            }
        }
        return Endpoint(
            places: places(resource, "Endpoint", fullURL), name: resource["name"]?.string, status: resource["status"]?.string,
            connection: resource["connectionType"]?["code"]?.string, address: resource["address"]?.string, authorize: authorize,
            token: token, organization: pointer(resource["managingOrganization"], from: resource, "Endpoint", fullURL),
            organizationName: resource["managingOrganization"]?["display"]?.string)
    }
}
