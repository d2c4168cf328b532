import CCompression

/// The decoders of files that are read one after another: each is used again for the next file, with the memory that it has.
///
/// For one thread. What they hold, up to 128 MiB for zstd, goes with this object.
package final class FileDecoders {
    private var idle: [FileEncoding: OpaquePointer] = [:]

    package init() {}

    deinit { for decoder in idle.values { pb_decoder_destroy(decoder) } }

    /// nil when there is no memory.
    func take(_ encoding: FileEncoding) -> OpaquePointer? {
        if let decoder = idle.removeValue(forKey: encoding) {
            pb_decoder_restart(decoder)
            return decoder
        }
        return pb_decoder_create(encoding == .gzip ? PB_DECODER_GZIP : PB_DECODER_ZSTD)
    }

    func giveBack(_ decoder: OpaquePointer, _ encoding: FileEncoding) {
        if let another = idle.updateValue(decoder, forKey: encoding) { pb_decoder_destroy(another) }
    }
}
