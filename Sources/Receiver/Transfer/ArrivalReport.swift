import Exchange
import FHIR

/// Reads what was staged once more and tells what it is: counts, months, codes, and whether it is the member.
struct ArrivalReport {
    private(set) var report = TransferReport()
    private(set) var match = PatientMatch.unknown

    private let member: Member
    private let parser = JSONParser()
    private var types: [ResourceType: (count: Int, bytes: Int)] = [:]
    private var months: [String: Int] = [:]
    private var unknown: [String: Int] = [:]

    init(member: Member) { self.member = member }

    mutating func add(_ type: ResourceType, _ body: UnsafeRawBufferPointer) throws {
        types[type, default: (0, 0)].count += 1
        types[type, default: (0, 0)].bytes += body.count
        let resource = try parser.parse(body)
        if type == .patient { match = PatientMatch(member, patient: resource) }
        if let date = ServiceDate.range(of: resource, type: type), date.low > DateRange.earliest {
            let day = CivilDay(daysSinceEpoch: date.low.flooredQuotient(by: 86_400_000))
            months[String(day.text.prefix(7)), default: 0] += 1
        } else if !ReleasedTypes.isShared(type) {
            report.undated += 1
        }
        resource.forEachDescendant { value in
            guard value.isObject, let coding = value["coding"] else {
                return
            }
            var isEmpty = true
            coding.forEachElement { coding in
                guard coding.isObject else { return }
                isEmpty = false
                let system = coding["system"]?.string ?? ""
                if !KnownCodes.knows(system) {
                    unknown[system.isEmpty ? "without a system" : PlainText.shown(system, limit: 120), default: 0] += 1
                }
            }
            if isEmpty { unknown["words alone", default: 0] += 1 }
        }
    }

    /// What the legs and the checks add to it.
    mutating func finish(legs: [TransferLeg], issues: [TransferIssue], milliseconds: Int) {
        report.types = types.map { .init(type: $0.key.name, count: $0.value.count, bytes: $0.value.bytes) }.sorted { $0.type < $1.type }
        report.months = months.map { .init($0.key, $0.value) }.sorted { $0.words < $1.words }
        report.unknownCodes = Self.counted(unknown).prefix(50).map { $0 }
        var reasons: [String: Int] = [:]
        var missing: [String: Int] = [:]
        for issue in issues {
            switch issue.kind {
            case .quarantined: reasons[issue.type.isEmpty ? issue.reason : "\(issue.type): \(issue.reason)", default: 0] += 1
            case .missing: missing[issue.type, default: 0] += 1
            }
        }
        report.quarantined = Self.counted(reasons).prefix(50).map { $0 }
        report.missing = Self.counted(missing)
        report.notShared = legs.filter { $0.status == .notShared && $0.name != TransferLeg.everything }
            .map { "\($0.name): \($0.reason ?? "no reason is known")" }
        report.brokenOff = legs.filter { $0.status == .failed }.map { "\($0.name): \($0.reason ?? "no reason is known")" }
        report.milliseconds = milliseconds
    }

    private static func counted(_ counts: [String: Int]) -> [TransferReport.Counted] {
        counts.map { .init($0.key, $0.value) }.sorted { ($1.count, $0.words) < ($0.count, $1.words) }
    }
}

/// Code systems that this program's pages can put into words or compare.
enum KnownCodes {
    static func knows(_ system: String) -> Bool {
        systems.contains(system) || system.utf8.starts(with: "http://terminology.hl7.org/".utf8)
            || system.utf8.starts(with: "http://hl7.org/fhir/".utf8)
    }

    private static let systems: Set<String> = [
        "http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/cvx",
        "http://hl7.org/fhir/sid/icd-10-cm", "http://www.cms.gov/Medicare/Coding/ICD10", "http://hl7.org/fhir/sid/icd-9-cm",
        "http://hl7.org/fhir/sid/ndc", "http://www.ama-assn.org/go/cpt", "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "http://unitsofmeasure.org", "http://nucc.org/provider-taxonomy", "urn:ietf:bcp:47", "urn:oid:2.16.840.1.113883.6.238",
        "urn:iso:std:iso:3166", "http://dicom.nema.org/resources/ontology/DCM", "http://www.ada.org/cdt",
        "http://www.nubc.org/patient-discharge",
    ]
}
