import FHIR

/// What the receiver needs of a server's CapabilityStatement.
struct CapabilityReader {
    private(set) var software = Sender.Software()
    private(set) var plan = DownloadPlan.usual
    /// The Patient type declares the operation `$everything`. FHIR R4, Patient, Operations.
    private(set) var offersEverything = false
    private(set) var fhirVersion: String?
    /// How many types declare a search by patient; 0 when `plan` is only what is usual.
    private(set) var searchable = 0
    private(set) var readsPatient = false
    /// From the `oauth-uris` extension, the way before `.well-known/smart-configuration`.
    private(set) var authorize: String?
    private(set) var token: String?

    static let oauthURIs: StaticString = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"

    /// The reason when these bytes are no CapabilityStatement of FHIR R4.
    struct Unfit: Error { let reason: String }

    init(_ body: [UInt8]) throws(Unfit) {
        let parser = JSONParser()
        do {
            try parser.withDocument(body) { root in try read(root) }
        } catch let unfit as Unfit {
            throw unfit
        } catch {
            throw Unfit(reason: "it is not JSON that this program reads")
        }
    }

    private mutating func read(_ root: JSONValue) throws {
        guard root["resourceType"]?.isText("CapabilityStatement") == true else { throw Unfit(reason: "it is no CapabilityStatement") }
        if let version = root["fhirVersion"]?.string, !version.utf8.starts(with: "4.".utf8) {
            throw Unfit(reason: "the server speaks FHIR \(PlainText.shown(version, limit: 20)), not R4")
        }
        fhirVersion = PlainText.shown(root["fhirVersion"], limit: 20)
        software.name = PlainText.shown(root["software"]?["name"], limit: 80)
        software.version = PlainText.shown(root["software"]?["version"], limit: 40)
        guard let server = root["rest"]?.first else { return }
        server["security"]?["extension"]?.forEachElement { outer in
            guard outer["url"]?.isText(Self.oauthURIs) == true else { return }
            outer["extension"]?.forEachElement { inner in
                if inner["url"]?.isText("authorize") == true { authorize = inner["valueUri"]?.string }
                if inner["url"]?.isText("token") == true { token = inner["valueUri"]?.string }
            }
        }
        var declared: [DownloadPlan.Declared] = []
        var seen: Set<ResourceType> = []
        server["resource"]?.forEachElement { resource in
            guard let type = resource["type"]?.text.flatMap({ ResourceType($0) }), seen.insert(type).inserted else { return }
            if type == .patient { offersEverything = Self.declaresEverything(resource) }
            var canRead = false
            var canSearch = false
            resource["interaction"]?.forEachElement { interaction in
                if interaction["code"]?.isText("read") == true { canRead = true }
                if interaction["code"]?.isText("search-type") == true { canSearch = true }
            }
            var hasPatient = false
            resource["searchParam"]?.forEachElement { if $0["name"]?.isText("patient") == true { hasPatient = true } }
            if type == .patient { readsPatient = canRead }
            if canSearch, hasPatient { searchable += 1 }
            declared.append(.init(type: type, canRead: canRead, canSearch: canSearch, hasPatientParameter: hasPatient))
        }
        plan = DownloadPlan(declared)
    }

    /// By the operation's name, which some servers write with its `$`, or by the definition it comes from.
    private static func declaresEverything(_ patient: JSONValue) -> Bool {
        var found = false
        patient["operation"]?.forEachElement { operation in
            let name = operation["name"]
            if name?.isText("everything") == true || name?.isText("$everything") == true { found = true }
            // The definition is a canonical address; a version may stand behind a bar.
            let definition = operation["definition"]?.string?.utf8.prefix { $0 != UInt8(ascii: "|") }
            if let definition, definition.suffix(everything.utf8.count).elementsEqual(everything.utf8) { found = true }
        }
        return found
    }

    private static let everything = "/Patient-everything"
}
