import FHIR

/// What an address below the FHIR base names, whatever the method.
enum FHIRRoute {
    case base
    case metadata
    case type(Substring)
    case form(Substring)
    case instance(Substring, id: Substring)
    case version(Substring, id: Substring, version: Substring)
    /// `Patient/$everything`, or with an id.
    case everything(id: Substring?)
    case documents
    case compartment(id: Substring, type: Substring)
    case compartmentForm(id: Substring, type: Substring)
    case nothing

    init(_ path: Substring) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
        switch parts.count {
        case 0: self = .base
        case 1: self = parts[0] == "metadata" ? .metadata : .type(parts[0])
        case 2:
            switch (parts[0], parts[1]) {
            case (_, "_search"): self = .form(parts[0])
            case ("Patient", "$everything"): self = .everything(id: nil)
            case ("DocumentReference", "$docref"): self = .documents
            default: self = .instance(parts[0], id: parts[1])
            }
        case 3:
            guard parts[0] == "Patient", parts[2] != "_history" else {
                self = .nothing
                return
            }
            self = parts[2] == "$everything" ? .everything(id: parts[1]) : .compartment(id: parts[1], type: parts[2])
        case 4:
            if parts[2] == "_history" {
                self = .version(parts[0], id: parts[1], version: parts[3])
            } else if parts[0] == "Patient", parts[3] == "_search" {
                self = .compartmentForm(id: parts[1], type: parts[2])
            } else {
                self = .nothing
            }
        default: self = .nothing
        }
    }

    /// The methods that may be used there, as `Allow` lists them; nil where there is nothing.
    var allowed: String? {
        switch self {
        case .base: "GET, HEAD"
        case .metadata, .type, .instance, .version, .compartment: "GET, HEAD, OPTIONS"
        case .form, .compartmentForm: "POST, OPTIONS"
        case .everything, .documents: "GET, HEAD, POST, OPTIONS"
        case .nothing: nil
        }
    }

    func allows(_ method: FHIRCall.Method) -> Bool {
        switch (self, method) {
        case (_, .other), (.base, .options): false
        case (.form, .get), (.form, .head), (.compartmentForm, .get), (.compartmentForm, .head): false
        case (.form, .post), (.compartmentForm, .post), (.everything, .post), (.documents, .post): true
        case (_, .post): false
        case (_, .get), (_, .head), (_, .options): true
        }
    }

    /// The type that the address names, if it is one.
    var type: ResourceType? {
        switch self {
        case .type(let name), .form(let name), .instance(let name, _), .version(let name, _, _), .compartment(_, let name),
            .compartmentForm(_, let name):
            ResourceType(String(name))
        case .base, .metadata, .everything, .documents, .nothing: nil
        }
    }

    /// The address's shape, for logs and counters: no id of anyone.
    enum Shape: Int, CaseIterable {
        case base, metadata, type, form, instance, version, everything, documents, compartment, compartmentForm, nothing

        var template: String {
            switch self {
            case .base: "/"
            case .metadata: "/metadata"
            case .type: "/{type}"
            case .form: "/{type}/_search"
            case .instance: "/{type}/{id}"
            case .version: "/{type}/{id}/_history/{version}"
            case .everything: "/Patient/{id}/$everything"
            case .documents: "/DocumentReference/$docref"
            case .compartment: "/Patient/{id}/{type}"
            case .compartmentForm: "/Patient/{id}/{type}/_search"
            case .nothing: "-"
            }
        }
    }

    var shape: Shape {
        switch self {
        case .base: .base
        case .metadata: .metadata
        case .type: .type
        case .form: .form
        case .instance: .instance
        case .version: .version
        case .everything: .everything
        case .documents: .documents
        case .compartment: .compartment
        case .compartmentForm: .compartmentForm
        case .nothing: .nothing
        }
    }
}
