import FHIR

extension Receipt {
    /// The bytes of `receipt.json`.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { receipt in
            receipt.member(
                "source",
                object: { member in
                    member.member("from", source.from)
                    member.member("fhirBase", source.fhirBase)
                    if let issuer = source.issuer { member.member("issuer", issuer) }
                    if source.softwareName != nil || source.softwareVersion != nil {
                        member.member(
                            "software",
                            object: { software in
                                if let name = source.softwareName { software.member("name", name) }
                                if let version = source.softwareVersion { software.member("version", version) }
                            })
                    }
                })
            receipt.member(
                "member",
                object: { object in
                    object.member("patient", member.patientID)
                    if let name = member.name { object.member("name", name) }
                    if let birthDate = member.birthDate { object.member("birthDate", birthDate) }
                })
            receipt.member("startedAt", startedAt)
            receipt.member("finishedAt", finishedAt)
            receipt.member("complete", isComplete)
            receipt.member("resources", resources)
            receipt.member("bytes", bytes)
            receipt.member("types", array: { list in for type in types { type.write(&list) } })
            receipt.member("notShared", array: { list in for entry in notShared { entry.write(&list) } })
            receipt.member("failures", array: { list in for entry in failures { entry.write(&list) } })
            receipt.member("gaps", array: { list in for entry in gaps { entry.write(&list) } })
            receipt.member("rejected", array: { list in for entry in rejected { entry.write(&list) } })
            receipt.member("requests", requests)
            receipt.member("retries", retries)
        }
        return writer.bytes + [0x0A]
    }
}

extension Receipt.TypeCount {
    fileprivate func write(_ list: inout JSONWriter) {
        list.object { entry in
            entry.member("type", type)
            entry.member("count", count)
            entry.member("bytes", bytes)
            if let file { entry.member("file", file) }
            if let sha256 { entry.member("sha256", sha256) }
        }
    }
}

extension Receipt.NotReceived {
    fileprivate func write(_ list: inout JSONWriter) {
        list.object { entry in
            entry.member("type", type)
            entry.member("reason", reason)
            if mayTryAgain { entry.member("mayTryAgain", true) }
        }
    }
}

extension Receipt.LeftOut {
    fileprivate func write(_ list: inout JSONWriter) {
        list.object { entry in
            entry.member("type", type)
            entry.member("reason", reason)
            entry.member("count", count)
            entry.member("ids", strings: ids)
        }
    }
}
