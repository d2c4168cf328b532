import FHIR

extension ReceiveState {
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { state in
            state.member("version", 1)
            state.member("from", from)
            state.member("fhirBase", fhirBase)
            state.member("clientId", clientID)
            state.member("startedAt", Int(startedAt.milliseconds))
            if let tokens { state.member("tokens", object: { tokens.write(&$0) }) }
            state.member("requests", requests)
            state.member("retries", retries)
            state.member("types", array: { list in for type in types { type.write(&list) } })
        }
        return writer.bytes
    }

    struct Unreadable: Error, CustomStringConvertible { let description: String }

    /// Reads what `json` wrote; our own file, yet nothing in it is trusted to be whole.
    init(_ bytes: [UInt8]) throws {
        self = try JSONParser().withDocument(bytes) { root in try ReceiveState(root) }
    }

    private init(_ root: JSONValue) throws {
        guard root["version"]?.int == 1, let from = root["from"]?.string, let base = root["fhirBase"]?.string,
            let client = root["clientId"]?.string, let started = root["startedAt"]?.int
        else { throw Unreadable(description: "it was not written by this version of the program") }
        var types: [TypeState] = []
        try root["types"]?.forEachElement { types.append(try TypeState($0)) }
        self.init(from: from, fhirBase: base, clientID: client, startedAt: Timestamp(milliseconds: Int64(started)), types: types)
        tokens = root["tokens"].flatMap { TokenSet(kept: $0) }
        requests = root["requests"]?.int ?? 0
        retries = root["retries"]?.int ?? 0
    }
}

extension TypeState {
    fileprivate func write(_ list: inout JSONWriter) {
        list.object { member in
            member.member("type", type.name)
            member.member("way", way.rawValue)
            member.member("status", status.rawValue)
            if let reason { member.member("reason", reason) }
            member.member("again", again)
            if let next { member.member("next", next) }
            member.member("bytes", bytes)
            member.member("count", count)
            member.member("pages", pages)
            member.member("duplicates", duplicates)
            if let announced { member.member("announced", announced) }
            member.member("rejected", array: { for entry in rejected { entry.write(&$0) } })
            member.member("gaps", array: { for entry in gaps { entry.write(&$0) } })
        }
    }

    fileprivate init(_ value: JSONValue) throws {
        guard let type = value["type"]?.text.flatMap({ ResourceType($0) }), let way = value["way"]?.string.flatMap({ Way(rawValue: $0) }),
            let status = value["status"]?.string.flatMap({ Status(rawValue: $0) }), let bytes = value["bytes"]?.int,
            let count = value["count"]?.int, bytes >= 0, count >= 0
        else { throw ReceiveState.Unreadable(description: "the entry of a type is damaged") }
        self.init(type, way)
        self.status = status
        self.bytes = bytes
        self.count = count
        reason = value["reason"]?.string
        again = value["again"]?.kind == .true
        next = value["next"]?.string
        pages = value["pages"]?.int ?? 0
        duplicates = value["duplicates"]?.int ?? 0
        announced = value["announced"]?.int
        value["rejected"]?.forEachElement { if let entry = Counted($0) { rejected.append(entry) } }
        value["gaps"]?.forEachElement { if let entry = Counted($0) { gaps.append(entry) } }
    }
}

extension TypeState.Counted {
    func write(_ list: inout JSONWriter) {
        list.object { member in
            member.member("reason", reason)
            member.member("count", count)
            member.member("ids", strings: ids)
        }
    }

    fileprivate init?(_ value: JSONValue) {
        guard let reason = value["reason"]?.string, let count = value["count"]?.int else { return nil }
        var ids: [String] = []
        value["ids"]?.forEachElement { if let id = $0.string { ids.append(id) } }
        self.init(reason: reason, count: count, ids: ids)
    }
}
