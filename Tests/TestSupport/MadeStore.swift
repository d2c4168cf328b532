import Foundation
import Storage

/// The store of one test's site, with the made plans in it, which are made once in a process and copied.
///
/// Files in a folder, or with PAYERBRIDGE_TEST_STORE=postgres a database on the server that `bin/test` has started.
struct MadeStore {
    let store: Store
    /// A folder of the site's own.
    let folder: String
    private let database: MadeDatabase?

    private static let root = NSTemporaryDirectory() + "payerbridge-tests-\(UUID().uuidString)"
    private static let template = root + "/template"
    private static let made = Task {
        atexit { try? FileManager.default.removeItem(atPath: MadeStore.root) }
        if MadeDatabase.isChosen { return try await MadeDatabase.makeTemplate { try await MadePlans.fill($0) } }
        let store = try Store(directory: template)
        try await MadePlans.fill(store)
        try store.close()
    }

    private init(keepsSentMail: Bool) async throws {
        try await Self.made.value
        folder = Self.root + "/" + UUID().uuidString
        if MadeDatabase.isChosen {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let copy = try await MadeDatabase()
            (database, store) = (copy, try Store(postgres: copy.address, keepsSentMail: keepsSentMail))
        } else {
            try FileManager.default.copyItem(atPath: Self.template, toPath: folder)
            (database, store) = (nil, try Store(directory: folder, keepsSentMail: keepsSentMail))
        }
    }

    private func remove() async {
        try? FileManager.default.removeItem(atPath: folder)
        await database?.remove()
    }

    /// `use` closes the store.
    static func with(keepsSentMail: Bool, _ use: (MadeStore) async throws -> Void) async throws {
        let made = try await MadeStore(keepsSentMail: keepsSentMail)
        let result: Result<Void, any Error>
        do { result = .success(try await use(made)) } catch { result = .failure(error) }
        await made.remove()
        try result.get()
    }
}
