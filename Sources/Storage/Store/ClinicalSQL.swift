/// What writes clinical rows, the same for both engines.
enum ClinicalSQL {
    static let insert =
        "INSERT INTO resource (plan, member, type, id, version, updated_at, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    static let update = """
        UPDATE resource SET version = ?, updated_at = ?, digest = ?, body = ? WHERE plan = ? AND member = ? AND type = ? AND id = ?
        """
    static let remove = "DELETE FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ? RETURNING version"
    static let addMember = "INSERT INTO member (plan, patient_id) VALUES (?, ?) RETURNING number"
    static let movePlace = "UPDATE resource_place SET member = ? WHERE plan = ? AND key = ?"
    static let removePlace = "UPDATE resource_place SET removed_version = ? WHERE plan = ? AND key = ? AND member = ?"
    static let returnPlace = "UPDATE resource_place SET member = ?, removed_version = NULL WHERE plan = ? AND key = ?"
    static let count = """
        INSERT INTO resource_count (plan, member, type, count, version) VALUES (?1, ?2, ?3, CASE WHEN ?4 < 0 THEN 0 ELSE ?4 END, 1)
        ON CONFLICT (plan, member, type) DO UPDATE SET count = resource_count.count + ?4, version = resource_count.version + 1
        """
    static let change = "UPDATE clinical_change SET number = number + 1"
}
