/// One entry with all that is known of it, every source it has, and the records as they were sent.
package struct ChartItemPage: Sendable {
    package var frame: ChartFrame
    package var entry: ChartEntry
    /// The date as it was written, with its time of day.
    package var codes: [ChartCode]
    package var results: ChartResults?
    package var joins: [ChartJoin]
    package var sources: [ChartSourceRecord]

    package init(
        frame: ChartFrame, entry: ChartEntry, codes: [ChartCode], results: ChartResults?, joins: [ChartJoin], sources: [ChartSourceRecord]
    ) {
        (self.frame, self.entry, self.codes, self.results) = (frame, entry, codes, results)
        (self.joins, self.sources) = (joins, sources)
    }

    package func html() -> String {
        let say = frame.say
        let flags = entry.parts.count > 1 ? entry.parts : []
        var view: View = [
            "itemKind": entry.section.title(for: frame.reader, in: say),
            "itemTags": entry.tags(in: say).map { ["tagWord": $0.word, "tagTone": $0.tone.rawValue] as View },
            "itemValue": entry.valueWords(in: say) ?? false as Any,
            "pairs": pairs(say),
            "parts": flags.map { part in
                ["partName": part.name, "partValue": part.value?.words(in: say) ?? say("No value", "Sin valor")] as View
            },
            "hasParts": !flags.isEmpty, "partsWord": say("Its parts", "Sus partes"),
            "plot": results?.plot?.view(.large, name: "all", in: say) ?? false as Any,
            "plotHeading": say("Over time", "A lo largo del tiempo"),
            "seriesTable": results.map { $0.count > 1 ? $0.table(.open, for: frame.reader, in: say) : false as Any } ?? false as Any,
            "codesTitle": say("Codes", "Códigos"), "hasCodes": !codes.isEmpty,
            "codes": codes.map { ["codeSystem": ChartWords.system($0.system), "codeCode": $0.code, "codeName": $0.display] as View },
            "systemWord": say("Code system", "Sistema"), "codeWord": say("Code", "Código"), "nameWord": say("Name", "Nombre"),
            "sourcesTitle": sources.count == 1
                ? say("Where it came from", "De dónde vino")
                : say(
                    "Where it came from: \(sources.count) records, shown once",
                    "De dónde vino: \(sources.count) datos que se muestran una vez"),
            "joins": joins.map { ["joinWords": $0.words(in: say)] as View }, "isJoined": !joins.isEmpty,
            "keptWord": say(
                "Nothing was deleted. Each record is kept as it was sent.", "No se borró nada. Cada dato se guarda como se envió."),
            "sources": sources.enumerated().map { index, source in source.view(number: index + 1, frame) },
        ]
        view["isStruck"] = entry.isStruck
        return frame.render("chart-item", title: entry.name(in: say), back: frame.toChart, view)
    }

    private func pairs(_ say: Language) -> [View] {
        var pairs: [(String, String)] = []
        if let date = entry.date { pairs.append((entry.dateRole.words(in: say), DayWords.moment(date, in: say))) }
        if let range = entry.range { pairs.append((say("Usual", "Lo habitual"), range)) }
        if !entry.who.isEmpty { pairs.append((say("By", "Por"), entry.who.prefix(6).joined(separator: ", "))) }
        for detail in entry.details {
            pairs.append((detail.label.words(in: say), ChartWords.particular(detail.text, of: detail.label, say)))
        }
        return pairs.map { ["pairName": $0.0, "pairWords": $0.1] as View }
    }
}

/// A code of an entry.
package struct ChartCode: Sendable {
    package let system: String
    package let code: String
    package let display: String

    package init(system: String, code: String, display: String) { (self.system, self.code, self.display) = (system, code, display) }
}

/// Why several records are shown as one.
package enum ChartJoin: Sendable {
    /// They carry this identifier, and agree in code, day and value.
    case identifier(system: String, value: String)
    /// They have this code, and the same date and value.
    case event(system: String, code: String)

    func words(in say: Language) -> String {
        switch self {
        case .identifier(let system, let value):
            say(
                "Same identifier: \(value) (\(system)). Kind, code, day and value are the same too.",
                "Mismo identificador: \(value) (\(system)). También coinciden el tipo, el código, el día y el valor.")
        case .event(let system, let code):
            say(
                "Same event: kind, code (\(ChartWords.system(system)) \(code)), date and value are the same.",
                "Mismo hecho: coinciden el tipo, el código (\(ChartWords.system(system)) \(code)), la fecha y el valor.")
        }
    }
}

/// One kept record behind an entry.
package struct ChartSourceRecord: Sendable {
    package let origin: ChartOrigin
    /// `Observation/abc`.
    package let reference: String
    package let statuses: [String]
    package let section: ChartSection
    package let identifiers: [String]
    package let files: [ChartFile]
    /// The words of the narrative.
    package let narrative: String
    /// Set out on lines; shown as text.
    package let json: String

    package init(
        origin: ChartOrigin, reference: String, statuses: [String], section: ChartSection, identifiers: [String], files: [ChartFile],
        narrative: String, json: String
    ) {
        (self.origin, self.reference, self.statuses, self.section) = (origin, reference, statuses, section)
        (self.identifiers, self.files, self.narrative, self.json) = (identifiers, files, narrative, json)
    }

    func view(number: Int, _ frame: ChartFrame) -> View {
        let say = frame.say
        return [
            "sourceName": ChartWords.origin(origin.payer, for: frame.reader, say), "sourceTime": origin.receivedAt,
            "sourceTimeWords": DayWords.instant(origin.receivedAt, in: say), "sourceTimeWord": say("Received", "Recibido"),
            "sourceReference": reference, "sourceReferenceWord": say("Kept as", "Guardado como"),
            "sourceTags": statuses.compactMap { ChartWords.status($0, in: section, say) }.map {
                ["tagWord": $0.word, "tagTone": $0.tone.rawValue] as View
            },
            "hasIdentifiers": !identifiers.isEmpty, "identifiersWord": say("Identifiers", "Identificadores"),
            "identifiers": identifiers.prefix(10).map { ["identifierText": $0] as View },
            "hasFiles": !files.isEmpty, "filesWord": say("Files", "Archivos"),
            "files": files.enumerated().map { index, file in file.view(number: index + 1, in: say) },
            "narrative": narrative.isEmpty ? false : narrative as Any,
            "narrativeWord": say("Text that came with the record", "Texto que vino con el dato"),
            "json": json, "jsonWord": say("The record as it was sent", "El dato como se envió"),
        ]
    }
}

/// A file that came with a record, or was left elsewhere.
package struct ChartFile: Sendable {
    package enum Place: Sendable {
        case here(address: String?, size: Int?)
        /// At an address of the sender's, which is shown and never linked.
        case elsewhere(String)
        case nowhere
    }

    package let title: String
    package let type: String
    package let date: String?
    package let place: Place

    package init(title: String, type: String, date: String?, place: Place) {
        (self.title, self.type, self.date, self.place) = (title, type, date, place)
    }

    func view(number: Int, in say: Language) -> View {
        var facts = [type, date.map { DayWords.partial($0, in: say) } ?? ""]
        var view: View = [
            "fileName": title.isEmpty ? say("File \(number)", "Archivo \(number)") : title, "fileAddress": false,
            "fileSaveWord": say("Download", "Descargar"),
            "fileNote": false, "fileElsewhere": false,
        ]
        switch place {
        case .here(let address, let size):
            if let size { facts.append(Self.words(forSize: size)) }
            view["fileAddress"] = address ?? false as Any
        case .elsewhere(let address):
            view["fileNote"] = say("Kept at the other plan; it was not sent.", "Está en el otro plan; no se envió.")
            view["fileElsewhere"] = address
        case .nowhere: view["fileNote"] = say("The file itself was not sent.", "El archivo mismo no se envió.")
        }
        view["fileFacts"] = facts.filter { !$0.isEmpty }.joined(separator: " · ")
        return view
    }

    static func words(forSize bytes: Int) -> String {
        switch bytes {
        case ..<1_000: "\(bytes) bytes"
        case ..<1_000_000: "\((bytes + 500) / 1_000) kB"
        default: "\((bytes + 50_000) / 1_000_000).\((bytes + 50_000) / 100_000 % 10) MB"
        }
    }
}
