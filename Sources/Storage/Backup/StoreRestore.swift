package import Exchange
import Foundation

/// Puts a backup in place as a data directory: checked first, copied and compared, and then there all at once or not at all.
package enum StoreRestore {
    package static func restore(_ backup: String, to directory: String) throws(Refusal) -> BackupVerification.Report {
        let (backup, directory) = (BackupFiles.plain(backup), BackupFiles.plain(directory))
        guard BackupFiles.isFree(directory) else {
            throw Refusal(.conflict, "\(directory) is not empty. Restore into a new or empty folder; nothing is ever overwritten.")
        }
        let report = try BackupVerification.verify(backup)
        let staging = try BackupFiles.staging(beside: directory, ".restoring")
        do {
            for file in report.manifest.files {
                let told = try BackupFiles.copy(backup + "/" + file.path, to: staging + "/" + file.path)
                guard told.digest == file.digest else { throw Refusal(.invalid, "\(file.path) changed while it was copied.") }
            }
            try BackupFiles.place(staging, at: directory)
        } catch {
            try? FileManager.default.removeItem(atPath: staging)
            throw Store.refusal(error)
        }
        return report
    }
}
