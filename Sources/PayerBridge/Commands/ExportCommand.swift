import ArgumentParser
import Exchange
import FHIR
import Foundation
import Records
import Storage

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write members' records as NDJSON, one file for each type.",
        discussion: """
            Everything the plan holds of them, its own and what other plans have sent, as its FHIR API serves it: for a data warehouse, or to go
            with a member. The files can be loaded with `payerbridge import`.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "Only this member; without it, everyone on the roster.") var member: String?
    @Option(help: "The folder that takes the files; it must be new or empty.") var out: String

    func run() async throws {
        try await Failing.clearly {
            let composition = try await store.open()
            let plan = try composition.plan(store.plan)
            let folder = try ExportFolder(out)
            let total = try composition.store.memberCount(plan: plan.key)
            let bar = ProgressBar("Writing records", unit: "resources")
            if let member {
                let found = try composition.store.members(memberID: member, plan: plan.key)
                guard !found.isEmpty else { throw ConfigurationProblem("\(plan.name) has no member \(member).") }
                for member in found { try write(member, plan, composition, folder) }
            } else {
                var offset = 0
                while true {
                    let page = try composition.store.members(plan: plan.key, search: nil, limit: 500, offset: offset)
                    if page.isEmpty { break }
                    for member in page {
                        try write(member, plan, composition, folder)
                        offset += 1
                        bar.show(Double(offset) / Double(max(1, total)), count: folder.count)
                    }
                }
            }
            try folder.close()
            bar.finish(count: folder.count)
            try await composition.store.record(
                AuditEntry(
                    .system("command line"), "export", "plan \(plan.id)", detail: "\(member ?? "everyone"), \(folder.count) resources"),
                at: World.real.now())
            for (file, count) in folder.files { Console.say("\(file)  \(ProgressBar.grouped(count))") }
        }
    }

    private func write(_ member: Member, _ plan: Plan, _ composition: Composition, _ folder: ExportFolder) throws {
        guard let patient = member.patientID else { return }
        let compartment = Compartment(plan: plan.key, member: member.key, patientID: patient)
        try RecordLines(store: composition.store, compartment: compartment).each { try folder.add($0, $1) }
    }
}

/// The files of an export, one for each type; a resource that several members refer to is written once.
final class ExportFolder {
    private let path: String
    private var handles: [ResourceType: FileHandle] = [:]
    private var buffers: [ResourceType: [UInt8]] = [:]
    private var counts: [ResourceType: Int] = [:]
    private var shared: Set<String> = []
    private let parser = JSONParser()

    init(_ path: String) throws {
        self.path = path
        let manager = FileManager.default
        if let found = try? manager.contentsOfDirectory(atPath: path), !found.isEmpty {
            throw ConfigurationProblem("\(path) is not empty. Name a new folder with --out.")
        }
        do {
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw ConfigurationProblem("\(path) cannot be made.") }
    }

    var count: Int { counts.values.reduce(0, +) }
    var files: [(String, Int)] { counts.map { ("\(path)/\($0.key.name).ndjson", $0.value) }.sorted { $0.0 < $1.0 } }

    func add(_ type: ResourceType, _ resource: UnsafeRawBufferPointer) throws {
        if ReleasedTypes.isShared(type), let id = try parser.parse(resource)["id"]?.string {
            guard shared.insert("\(type.name)/\(id)").inserted else { return }
        }
        buffers[type, default: []].append(contentsOf: resource.lazy.filter { $0 != 0x0A && $0 != 0x0D })
        buffers[type, default: []].append(0x0A)
        counts[type, default: 0] += 1
        if buffers[type, default: []].count > 1 << 20 { try flush(type) }
    }

    private func flush(_ type: ResourceType) throws {
        guard let bytes = buffers[type], !bytes.isEmpty else { return }
        let handle = try handles[type] ?? open(type)
        handles[type] = handle
        try handle.write(contentsOf: Data(bytes))
        buffers[type]?.removeAll(keepingCapacity: true)
    }

    private func open(_ type: ResourceType) throws -> FileHandle {
        let file = "\(path)/\(type.name).ndjson"
        guard FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: file)
        else { throw ConfigurationProblem("\(file) cannot be written.") }
        return handle
    }

    func close() throws {
        for type in buffers.keys { try flush(type) }
        for handle in handles.values {
            try handle.synchronize()
            try handle.close()
        }
    }
}
