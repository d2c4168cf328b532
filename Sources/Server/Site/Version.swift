/// The program's version, as `metadata` and `--version` say it.
package enum Version {
    package static let text = "0.1.0"
}
