/// A health plan with any number of made-up members, each with a FHIR R4 record in the shape of US Core.
///
/// Member `i` depends on the seed, the name, the day and `i` alone, so records can be made in any order, on any number of threads.
package struct SyntheticPlan: Sendable {
    /// Indexes below this are the test members.
    package static let testMembers = 5

    let seed: UInt64
    let name: String
    /// The last day a record knows of.
    let today: CalendarDay
    let network: Network
    /// The plan's name as part of a host name: `demo-health-plan`.
    let slug: String
    let initials: String

    /// `asOf` is `YYYY-MM-DD`; a text that is no day, or a day before 2020, counts as 2026-11-01.
    package init(seed: UInt64 = 2027, name: String = "Demo Health Plan", asOf: String = "2026-11-01") {
        self.seed = seed
        self.name = name
        let earliest = CalendarDay(year: 2020, month: 1, day: 1)
        let asked = CalendarDay(asOf) ?? earliest.adding(days: -1)
        today = asked < earliest ? CalendarDay(year: 2026, month: 11, day: 1) : asked
        network = Network(key: Chance.mix(seed ^ 0x5348_4152_4544), planName: name)
        var slug: [UInt8] = []
        var initials: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case 65...90:
                initials.append(byte)
                slug.append(byte + 32)
            case 97...122, 48...57: slug.append(byte)
            case 32, 45: if let last = slug.last, last != 45 { slug.append(45) }
            default: break
            }
        }
        while slug.last == 45 { slug.removeLast() }
        self.slug = slug.isEmpty ? "plan" : String(decoding: slug.prefix(40), as: UTF8.self)
        self.initials = initials.isEmpty ? "MBR" : String(decoding: initials.prefix(4), as: UTF8.self)
    }

    /// The member at `index`, which must not be negative; cheap, for it makes no record.
    package func member(at index: Int) -> SyntheticMember {
        Persona(index: index, plan: self).member
    }

    /// Every resource that belongs to no member: Organization, Location, Practitioner, PractitionerRole, Medication.
    ///
    /// `type` is the resource type's name; `bytes` is one JSON object without a newline.
    package func sharedResources(_ emit: (_ type: StaticString, _ bytes: borrowing [UInt8]) throws -> Void) rethrows {
        var records = SharedRecords(network: network)
        for index in network.sites.indices {
            try emit("Organization", records.organization(index))
        }
        for index in network.sites.indices {
            try emit("Location", records.location(index))
        }
        for index in network.clinicians.indices {
            try emit("Practitioner", records.practitioner(index))
        }
        for index in network.clinicians.indices {
            try emit("PractitionerRole", records.practitionerRole(index))
        }
        for index in Medicine.all.indices {
            try emit("Medication", records.medication(index))
        }
    }

    /// Every resource of one member: Patient first, then by encounter from the oldest to the newest, Provenance last.
    ///
    /// `type` is the resource type's name; `bytes` is one JSON object without a newline, in a buffer that the next call uses again.
    package func resources(of index: Int, _ emit: (_ type: StaticString, _ bytes: borrowing [UInt8]) throws -> Void) rethrows {
        let persona = Persona(index: index, plan: self)
        let visits = History(persona: persona, today: today).visits
        var record = MemberRecord(plan: self, persona: persona, visits: visits)
        var single: [UInt8] = []
        // Written a visit at a time into one buffer, then handed out one by one: the writing itself cannot throw.
        for step in -1...visits.count {
            record.write(step: step)
            var start = 0
            for piece in record.pieces {
                single.removeAll(keepingCapacity: true)
                single.append(contentsOf: record.out.bytes[start..<piece.end])
                start = piece.end
                try emit(piece.type.name, single)
            }
            record.clear()
        }
    }
}
