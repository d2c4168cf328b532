import Exchange
import Foundation
import Synthetic
import TestSupport
import Testing
import Trust

/// Holes of other servers that only show at the door, by their numbers in the security notes. Those of the record itself stand with the
/// tests of Records, those of the receiving side with its own.
@Suite("Leaks that other servers had, at the door")
struct KnownLeakRouteTests {
    private static let root = "/demo/r4"
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")

    private static func entries(_ answer: WebAnswer) -> [[String: Any]] { answer.object["entry"] as? [[String: Any]] ?? [] }
    private static func next(_ answer: WebAnswer) -> String? {
        (answer.object["link"] as? [[String: String]] ?? []).first { $0["relation"] == "next" }?["url"]
    }

    @Test("F6: nothing answers for the whole system, and no history is kept open")
    func wholeSystem() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let places = [
                "", "/", "/_history", "/?_type=Patient", "?_type=Patient,Observation", "/_search", "/Patient/_history",
                "/Observation/_history",
                "/Patient/\(tokens.patient)/_history", "/Observation/_history?_since=2000-01-01", "/*", "/Patient,Observation",
                "/$everything",
            ]
            for place in places {
                for method in ["GET", "HEAD", "POST"] {
                    let answer = try await site.web.send(
                        method, site.absolute(Self.root + place), headers: tokens.bearer + (method == "POST" ? [Self.form] : []),
                        body: method == "POST" ? [] : nil)
                    #expect([404, 405].contains(answer.status), "\(method) \(place): \(answer.status)")
                    if method != "HEAD" { #expect(answer.string("resourceType") == "OperationOutcome", "\(method) \(place)") }
                    #expect(!answer.text.contains(site.member.lastName))
                }
            }
        }
    }

    @Test("F7: GET and POST _search give the same Bundle, also for the Patient, who is in its own compartment")
    func bothMethods() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let id = tokens.patient
            let asked = [
                "Patient?", "Patient?_id=\(id)", "Patient?_id=nobody", "Patient?name=a", "Patient?_has:Observation:patient:status=final",
                "Patient?_revinclude=Provenance:target", "Observation?", "Observation?patient=\(id)&_count=3",
                "Observation?subject=Patient/\(id)&_sort=-date&_count=5", "Observation?category=laboratory,vital-signs&_summary=count",
                "Observation?patient.gender=female,male&_elements=code", "Condition?clinical-status=active", "Encounter?date=ge2000",
                "Practitioner?", "Provenance?target=Patient/\(id)", "Patient/\(id)/Condition?", "Patient/nobody/Condition?",
                "MedicationRequest?status:not=active&_include=*", "Observation?code=%7C&date=gt1990-01-01&value-quantity:missing=true",
            ]
            for question in asked {
                let parts = question.split(separator: "?", omittingEmptySubsequences: false).map(String.init)
                let got = try await site.get("\(Self.root)/\(question)", tokens.bearer)
                let posted = try await site.web.send(
                    "POST", site.absolute("\(Self.root)/\(parts[0])/_search"), headers: tokens.bearer + [Self.form],
                    body: Array(parts[1].utf8))
                #expect(got.status == posted.status, "\(question)")
                #expect(Self.comparable(got) == Self.comparable(posted), "\(question)")
            }
            let own = try await site.get("\(Self.root)/Patient", tokens.bearer)
            #expect(Self.entries(own).compactMap { ($0["resource"] as? [String: Any])?["id"] as? String } == [id])
        }
    }

    /// A Bundle without what is sealed anew each time.
    private static func comparable(_ answer: WebAnswer) -> NSDictionary {
        var object = answer.object
        let links = object["link"] as? [[String: String]] ?? []
        object["link"] = links.map { ["relation": $0["relation"] ?? "", "place": ($0["url"] ?? "").components(separatedBy: "_page=")[0]] }
        return object as NSDictionary
    }

    @Test("F9: there is no export or group through which another member's data could come")
    func noExport() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let metadata = try await site.get("\(Self.root)/metadata").text
            #expect(!metadata.contains("export") && !metadata.contains("\"Group\""))
            for place in [
                "/$export", "/Patient/$export", "/Group/1/$export", "/Patient/\(tokens.patient)/$export", "/Group", "/Group/1",
                "/Group/$match",
                "/Patient/$member-match", "/Patient/$bulk-member-match", "/$export?_type=Patient", "/Group/1/$davinci-data-export",
            ] {
                for method in ["GET", "POST"] {
                    let answer = try await site.web.send(
                        method, site.absolute(Self.root + place), headers: tokens.bearer + [("Prefer", "respond-async"), Self.form],
                        body: method == "POST" ? [] : nil)
                    #expect([403, 404, 405].contains(answer.status), "\(method) \(place): \(answer.status)")
                    #expect(answer.header("Content-Location") == nil)
                    #expect(!answer.text.contains(site.member.lastName))
                }
            }
        }
    }

    @Test("F10: no file of an answer lies about to be fetched by its name, with a token or without")
    func noFiles() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            // An answer that makes pages, so that something could have been put aside.
            let page = try await site.get("\(Self.root)/Patient/\(tokens.patient)/$everything?_count=2", tokens.bearer)
            let sealed = try #require(Self.next(page)?.components(separatedBy: "_page=").last)
            for place in ["/Binary", "/Binary/1", "/Binary/\(sealed)", "/\(sealed)", "?_page=\(sealed)", "/$export-poll-status?_jobId=1"] {
                for headers in [[], tokens.bearer] {
                    let status = try await site.get(Self.root + place, headers).status
                    #expect([400, 401, 403, 404].contains(status), "\(place)")
                }
            }
            // The link itself opens nothing without the token, or with the token of another app.
            let link = try #require(Self.next(page))
            #expect(try await site.get(link).status == 401)
            #expect(try await site.get(link, try await site.tokens(site.apps.rival).bearer).status == 400)
            #expect(try await site.get(link, tokens.bearer).status == 200)
        }
    }

    @Test("F11: a page link is worth nothing with another token, member, plan or query, or one character changed")
    func pageLinks() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let again = try await site.tokens()
            let other = try await site.tokens(member: site.second)
            let foreign = try await site.tokens(member: MadePlans.other.member(at: MadePlans.tiny), plan: site.other)
            let link = try #require(Self.next(try await site.get("\(Self.root)/Observation?_count=2", tokens.bearer)))
            let place = try #require(link.components(separatedBy: "_page=").last)
            #expect(try await site.get(link, tokens.bearer).status == 200)
            for stranger in [again, other] {
                let answer = try await site.get(link, stranger.bearer)
                #expect(answer.status == 400 && answer.text.contains("Search again"))
            }
            #expect(try await site.get(link, foreign.bearer).status == 401)
            let elsewhere = try await site.web.send(
                "GET", "https://api.example.com/r4/Observation?_count=2&_page=\(place)", headers: foreign.bearer)
            #expect(elsewhere.status == 400)
            for path in [
                "Observation?_count=3&_page=\(place)", "Observation?_count=2&status=final&_page=\(place)",
                "Condition?_count=2&_page=\(place)",
                "Patient/\(tokens.patient)/Observation?_count=2&_page=\(place)", "Observation?_page=\(place)",
            ] { #expect(try await site.get("\(Self.root)/\(path)", tokens.bearer).status == 400, "\(path)") }
            let letters = Array(place)
            for at in stride(from: 0, to: letters.count, by: 7) {
                var changed = letters
                changed[at] = changed[at] == "A" ? "B" : "A"
                let path = "Observation?_count=2&_page=\(String(changed))"
                #expect(try await site.get("\(Self.root)/\(path)", tokens.bearer).status == 400, "at \(at)")
            }
        }
    }

    @Test("F11: every statement on clinical rows names the plan and the member or the key that holds them")
    func statements() throws {
        var seen = 0
        for file in try Self.sources(of: "Storage") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for table in ["resource", "resource_place", "resource_count"] {
                let pieces = text.components(separatedBy: "FROM \(table) ")
                for (before, piece) in zip(pieces, pieces.dropFirst()) {
                    let rest = piece.prefix { $0 != "\"" && $0 != "\n" }
                    seen += 1
                    #expect(rest.contains("plan = ?"), "\(file.lastPathComponent): FROM \(table) \(rest)")
                    // A sum over a plan hands out one number, for its quota; whether there is anything hands out nothing.
                    let isNumber = before.suffix(60).contains("sum(") || before.hasSuffix("\"SELECT 1 ")
                    if table != "resource_place", !isNumber {
                        #expect(rest.contains("member = "), "\(file.lastPathComponent): FROM \(table) \(rest)")
                    }
                }
            }
        }
        #expect(seen >= 6)
    }

    @Test("F12: only the reader of records, which asks the policy and the scope, opens the clinical store")
    func oneDecision() throws {
        let root = try Self.sources(of: "")
        let opening = ["ClinicalStore", "store.read(", "store.load(", ".load(type, in:"]
        var users: Set<String> = []
        for file in root {
            let text = try String(contentsOf: file, encoding: .utf8)
            if opening.contains(where: { text.contains($0) }) { users.insert(file.lastPathComponent) }
        }
        // The command `explain` tells the operator why a resource is held back; it prints the reason, never the resource.
        // A receiving plan's own people, the member among them, see the whole record in `RecordLines`; keeping a transfer asks whether there
        // is a Patient. Neither answers another plan or an app.
        let known: Set = [
            "ClinicalStore.swift", "ExplainCommand.swift", "RecordLines.swift", "RecordReader.swift", "Store+Clinical.swift",
            "ShelfCache.swift", "Site.swift", "TransferKeeping.swift", "TransferWorker.swift",
        ]
        #expect(
            users == known,
            "whoever else reads clinical rows passes the policy by")
        for file in try Self.sources(of: "Server") {
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(!text.contains("import Storage"), "\(file.lastPathComponent)")
        }
    }

    /// The project's own sources, of one room or all.
    private static func sources(of room: String) throws -> [URL] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "Sources").appending(path: room)
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return found.filter { $0.pathExtension == "swift" }
    }

    @Test("F14: XML is neither read nor written")
    func noXML() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            for accept in ["application/fhir+xml", "application/xml", "text/xml", "application/fhir+xml;fhirVersion=4.0"] {
                for place in ["metadata", "Patient/\(tokens.patient)", "Observation", "Patient/\(tokens.patient)/$everything"] {
                    let answer = try await site.get("\(Self.root)/\(place)", tokens.bearer + [("Accept", accept)])
                    #expect(answer.status == 406 && answer.string("resourceType") == "OperationOutcome", "\(accept) \(place)")
                }
            }
            let bomb = #"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><Parameters>&x;</Parameters>"#
            for (place, type) in [
                ("Patient/\(tokens.patient)/$everything", "application/fhir+xml"), ("DocumentReference/$docref", "text/xml"),
                ("Observation/_search", "application/fhir+xml"), ("Patient/\(tokens.patient)/$everything", "application/xml"),
            ] {
                let answer = try await site.web.send(
                    "POST", site.absolute("\(Self.root)/\(place)"), headers: tokens.bearer + [("Content-Type", type)],
                    body: Array(bomb.utf8))
                #expect(answer.status == 415 && answer.string("resourceType") == "OperationOutcome", "\(place) \(type)")
            }
        }
    }
}
