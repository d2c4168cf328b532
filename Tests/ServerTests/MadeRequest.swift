import Exchange
import FHIR
import TestSupport

/// A request to the FHIR API, made up from a grammar that knows every kind there is.
struct MadeRequest: Sendable {
    var method = "GET"
    /// Below the FHIR base.
    var path = ""
    var query: [(String, String)] = []
    /// A form, if there is one.
    var form: [(String, String)]?
    var headers: [(String, String)] = []
    /// Goes on where the answer before ended, if it has a next page.
    var isNext = false

    var text: String {
        "\(method) \(path)?\(WebForm.encoded(query)) \(form.map { "form \(WebForm.encoded($0))" } ?? "") \(headers.dropFirst())"
    }
}

/// Makes requests for one member's token.
struct RequestMaker {
    var dice: Dice
    let known: ReferenceSearch
    let patient: String
    /// What the token may read, or most of it.
    let own: [ReferenceSearch.Resource]
    /// Most searches are of these.
    let types: [ResourceType]

    mutating func request() -> MadeRequest {
        switch dice.number(0..<100) {
        case 0..<24: return search()
        case 24..<32: return formSearch()
        case 32..<40: return compartmentSearch()
        case 40..<65: return read()
        case 65..<72: return everything()
        case 72..<76: return documents()
        case 76..<92: return MadeRequest(isNext: true)
        default: return odd()
        }
    }

    // MARK: Searches

    private mutating func parameters(_ query: MadeQuery) -> [(String, String)] {
        var parameters = query.parameters.map { ($0.name, $0.value) }
        if !parameters.contains(where: { $0.0 == "_count" }) { parameters.append(("_count", dice.pick(["3", "5", "10", "20"]))) }
        switch dice.number(0..<20) {
        case 0: parameters.append(("_summary", dice.pick(["true", "text", "data", "count", "false"])))
        case 1: parameters.append(("_elements", dice.pick(["id", "status,code", "subject"])))
        case 2: parameters.append(("_total", dice.pick(["none", "accurate", "estimate"])))
        case 3: parameters.append(("_pretty", "true"))
        case 4: parameters.append((dice.pick(["nonsense", "_contained", "_text", "code:in", "_list"]), dice.pick(["x", "true"])))
        default: break
        }
        return parameters
    }

    private mutating func search() -> MadeRequest {
        let query = MadeQuery(known, &dice, types: types)
        var request = MadeRequest(path: "/\(query.type.name)", query: parameters(query))
        if dice.chance(10) { request.query.append(("patient", dice.pick([patient, "Patient/\(patient)", "neighbour", stranger()]))) }
        if dice.chance(5) { request.headers.append(("Prefer", "handling=strict")) }
        return request
    }

    private mutating func formSearch() -> MadeRequest {
        var request = search()
        (request.method, request.path) = ("POST", request.path + "/_search")
        let cut = dice.number(0..<request.query.count + 1)
        request.form = Array(request.query[cut...])
        request.query = Array(request.query[..<cut])
        return request
    }

    private mutating func compartmentSearch() -> MadeRequest {
        var request = dice.chance(80) ? search() : formSearch()
        request.path = "/Patient/\(dice.chance(75) ? patient : stranger())" + request.path
        return request
    }

    // MARK: Reads

    private mutating func stranger() -> String { dice.pick([TwinRecords.wide, TwinRecords.narrow, "neighbour", "nobody"]) }

    private mutating func read() -> MadeRequest {
        let resource = dice.pick(dice.chance(60) ? own : known.resources)
        var path = "/\(resource.type.name)/\(resource.id)"
        switch dice.number(0..<20) {
        case 0..<3: path = "/Patient/\(dice.chance(50) ? patient : stranger())"
        case 3: path = "/\(dice.pick(ReleasedTypes.clinical).name)/\(resource.id)"
        case 4: path += "0"
        default: break
        }
        if dice.chance(20) { path += "/_history/\(dice.pick(["1", "1", "2", "0", "x"]))" }
        var request = MadeRequest(method: dice.chance(15) ? "HEAD" : "GET", path: path)
        if dice.chance(10) { request.query.append(dice.pick([("_summary", "true"), ("_elements", "id"), ("_pretty", "true")])) }
        switch dice.number(0..<8) {
        case 0: request.headers.append(("If-None-Match", dice.pick(["W/\"1\"", "\"2\"", "*"])))
        case 1:
            let date = dice.pick(["Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"])
            request.headers.append(("If-Modified-Since", date))
        default: break
        }
        return request
    }

    // MARK: Operations

    private mutating func everything() -> MadeRequest {
        let place = dice.number(0..<10)
        let path = place < 6 ? "/Patient/\(patient)/$everything" : place < 8 ? "/Patient/$everything" : "/Patient/\(stranger())/$everything"
        var request = MadeRequest(method: dice.chance(15) ? "HEAD" : "GET", path: path)
        request.query.append(("_count", dice.pick(["1", "7", "20", "50"])))
        if dice.chance(30) { request.query.append(("start", dice.pick(["2000", "2019-05", "2021-01-01"]))) }
        if dice.chance(30) { request.query.append(("end", dice.pick(["2020-03", "2022", "1999-12-31"]))) }
        if dice.chance(15) { request.query.append(("_since", dice.pick(["2000-01-01T00:00:00Z", "2026-10-01T00:00:00Z"]))) }
        if dice.chance(40) {
            let types = (0..<dice.number(1..<4)).map { _ in dice.pick(ReleasedTypes.clinical + ReleasedTypes.neverShared).name }
            request.query.append(("_type", types.joined(separator: ",")))
        }
        guard request.method == "GET", dice.chance(20) else { return request }
        (request.method, request.form, request.query) = ("POST", request.query, [])
        return request
    }

    private mutating func documents() -> MadeRequest {
        var request = MadeRequest(path: "/DocumentReference/$docref")
        request.query.append(("patient", dice.chance(80) ? patient : stranger()))
        if dice.chance(40) { request.query.append(("start", dice.pick(["2000", "2020-02-29"]))) }
        if dice.chance(40) { request.query.append(("type", dice.pick(["8480-6", "http://loinc.org|8867-4", "laboratory"]))) }
        return request
    }

    // MARK: What makes no sense

    private mutating func odd() -> MadeRequest {
        let type = dice.pick(ReleasedTypes.neverShared + [.list, .group, .binary, .composition, .consent]).name
        let id = dice.pick(known.resources).id
        switch dice.number(0..<12) {
        case 0:
            return MadeRequest(
                path: dice.pick(["/_history", "", "/", "/$export", "/Patient/$match", "/Nothing", "/Nothing/1", "/metadata"]))
        case 1: return MadeRequest(query: [("_type", "Observation")])
        case 2: return MadeRequest(path: "/\(type)/\(id)")
        case 3: return MadeRequest(path: "/\(type)", query: [("patient", patient)])
        case 4: return MadeRequest(method: "POST", path: "/\(type)/_search", form: [("patient", patient)])
        case 5: return MadeRequest(path: "/Patient/\(patient)/\(type)")
        case 6: return MadeRequest(method: dice.pick(["PUT", "DELETE", "PATCH"]), path: "/Observation/\(id)")
        case 7: return MadeRequest(method: "OPTIONS", path: "/Observation/\(id)")
        case 8: return MadeRequest(path: "/Observation/\(id)/_history")
        case 9: return MadeRequest(path: "/Observation", query: [("_revinclude", "Coverage:patient")])
        case 10: return MadeRequest(path: "/Patient", query: [("_has:Claim:patient:status", "s1")])
        default: return MadeRequest(path: "/Observation/\(id)", headers: [("Accept", "application/fhir+xml")])
        }
    }
}
