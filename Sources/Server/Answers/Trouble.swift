import Exchange
import Logging

/// Puts an unexpected error into the log under a reference number, which is all the caller gets.
enum Trouble {
    private static let logger = Logger(label: "payerbridge.trouble")

    static func report(_ error: any Error) -> String {
        let reference = String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
        let cause = (error as? Refusal)?.cause ?? "\(type(of: error))"
        logger.error("request failed", metadata: ["reference": "\(reference)", "cause": "\(cause)"])
        return reference
    }
}
