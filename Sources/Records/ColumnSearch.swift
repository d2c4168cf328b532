import FHIR

extension Columns {
    /// The rows of which some value of the parameter is one of these. Only what columns can answer: see ``DocumentSearch`` for the rest.
    func rows(_ values: [SearchValue], _ number: Int, count: Int) -> Bitmap {
        var rows = Bitmap(count: count)
        for value in values {
            switch value {
            case .token(let token): mark(token, tokens[number], SearchTable.parameters(of: type)[number].system, &rows)
            case .date(let prefix, let range):
                for entry in dates[number] where prefix.holds(entry.range, range) { rows.insert(Int(entry.row)) }
            case .string(let string): mark(string, strings[number], &rows)
            case .reference(let reference): mark(reference, references[number], &rows)
            case .quantity(let quantity): mark(quantity, quantities[number], &rows)
            case .uri(let text):
                let needle = Needle(text)
                for entry in uris[number] where pool.equal(entry.text, needle) { rows.insert(Int(entry.row)) }
            case .text, .ofType, .referenceIdentifier: break
            }
        }
        return rows
    }

    /// The rows that have any value of the parameter.
    func present(_ number: Int, _ kind: SearchParameter.Kind, count: Int) -> Bitmap {
        var rows = Bitmap(count: count)
        switch kind {
        case .token: for entry in tokens[number] { rows.insert(Int(entry.row)) }
        case .date: for entry in dates[number] { rows.insert(Int(entry.row)) }
        case .string: for entry in strings[number] { rows.insert(Int(entry.row)) }
        case .reference: for entry in references[number] { rows.insert(Int(entry.row)) }
        case .quantity: for entry in quantities[number] { rows.insert(Int(entry.row)) }
        case .uri: for entry in uris[number] { rows.insert(Int(entry.row)) }
        }
        return rows
    }

    /// `implied` is the system of those that name none.
    private func mark(_ token: TokenValue, _ entries: [TokenEntry], _ implied: String?, _ rows: inout Bitmap) {
        let code = token.code.map { Needle($0) }
        switch token.system {
        case .any:
            guard let code else { return }
            for entry in entries where pool.equal(entry.code, code) { rows.insert(Int(entry.row)) }
        case .none:
            guard let code else { return }
            for entry in entries where entry.system == nil && pool.equal(entry.code, code) { rows.insert(Int(entry.row)) }
        case .exactly(let system):
            let isImplied = implied?.utf8.elementsEqual(system) ?? false
            let system = Needle(system)
            for entry in entries {
                if let code, !pool.equal(entry.code, code) { continue }
                if entry.system.map({ pool.equal($0, system) }) ?? isImplied { rows.insert(Int(entry.row)) }
            }
        }
    }

    private func mark(_ string: StringValue, _ entries: [StringEntry], _ rows: inout Bitmap) {
        string.bytes.withUnsafeBytes { wanted in
            for entry in entries {
                let holds = pool.withBytes(string.mode == .exactly ? entry.text : entry.folded) { text in
                    switch string.mode {
                    case .exactly: text.count == wanted.count && text.begins(with: wanted)
                    case .startsWith: text.begins(with: wanted)
                    case .contains: text.contains(wanted)
                    }
                }
                if holds { rows.insert(Int(entry.row)) }
            }
        }
    }

    private func mark(_ reference: ReferenceValue, _ entries: [ReferenceEntry], _ rows: inout Bitmap) {
        if let whole = reference.whole {
            let needle = Needle(whole)
            for entry in entries where pool.equal(entry.whole, needle) && (reference.type == nil || reference.type == entry.type) {
                rows.insert(Int(entry.row))
            }
            return
        }
        guard !reference.id.isEmpty else { return }
        let needle = Needle(reference.id)
        for entry in entries where entry.type != nil && (reference.type == nil || reference.type == entry.type) {
            if pool.equal(entry.id, needle) { rows.insert(Int(entry.row)) }
        }
    }

    private func mark(_ quantity: QuantityValue, _ entries: [QuantityEntry], _ rows: inout Bitmap) {
        let system = quantity.system.map { Needle($0) }
        let unit = quantity.unit.map { Needle($0) }
        for entry in entries where quantity.holds(low: entry.low, high: entry.high) {
            if let system {
                guard let own = entry.system, pool.equal(own, system) else { continue }
            }
            if let unit {
                let isCode = entry.code.map { pool.equal($0, unit) } ?? false
                // Without a system the unit may be given in words as well (FHIR R4 search §3.1.1.4.8).
                let isWord = system == nil && (entry.unit.map { pool.equal($0, unit) } ?? false)
                guard isCode || isWord else { continue }
            }
            rows.insert(Int(entry.row))
        }
    }
}
