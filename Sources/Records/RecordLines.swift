package import Exchange
package import FHIR

/// A member's whole record as lines: what is the member's own, and what of the plan's own resources it refers to.
package struct RecordLines {
    private let store: any ClinicalStore
    private let compartment: Compartment

    package init(store: any ClinicalStore, compartment: Compartment) { (self.store, self.compartment) = (store, compartment) }

    /// Calls with each resource's bytes, the Patient first, each type in the order of its ids.
    package func each(_ body: (ResourceType, UnsafeRawBufferPointer) throws -> Void) throws {
        let counts = try store.counts(in: compartment)
        let types = counts.keys.filter { !ReleasedTypes.isShared($0) && !ReleasedTypes.isNeverShared($0) }
            .sorted { ($0 == .patient ? "" : $0.name) < ($1 == .patient ? "" : $1.name) }
        let parser = JSONParser()
        var shared: Set<Reference> = []
        func note(_ bytes: UnsafeRawBufferPointer) throws {
            try parser.parse(bytes).forEachDescendant { value in
                guard value.isObject, let reference = value["reference"]?.text.flatMap({ Reference($0) }) else { return }
                if ReleasedTypes.isShared(reference.type) { shared.insert(reference) }
            }
        }
        for type in types {
            try store.load(type, in: compartment, opening: { _ in }) { resource in
                try note(resource.body)
                try body(type, resource.body)
            }
        }
        var done: Set<Reference> = []
        while true {
            let next = shared.subtracting(done).sorted { $0.text < $1.text }
            if next.isEmpty { return }
            for reference in next {
                done.insert(reference)
                let _: Bool? = try store.read(reference.type, id: reference.id.text, in: compartment) { resource in
                    try note(resource.body)
                    try body(reference.type, resource.body)
                    return true
                }
            }
        }
    }

    /// All lines; a resource that spans lines is one line here, for no JSON text holds a raw line break inside a string.
    package func bytes() throws -> [UInt8] {
        var out: [UInt8] = []
        try each { _, resource in
            out.reserveCapacity(out.count + resource.count + 1)
            for byte in resource where byte != 0x0A && byte != 0x0D { out.append(byte) }
            out.append(0x0A)
        }
        return out
    }
}
