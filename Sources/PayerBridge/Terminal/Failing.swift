import ArgumentParser
import Exchange
import Receiver
import Storage

/// Ends a command with one clear sentence instead of a type's name.
enum Failing {
    static func clearly(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let problem as ConfigurationProblem {
            throw ended(problem.description)
        } catch let refusal as Refusal {
            throw ended(refusal.cause.map { "\(refusal.message) (\($0))" } ?? refusal.message)
        } catch let newer as NewerSchema {
            throw ended(newer.description)
        } catch let problem as ReceiveProblem { throw ended(problem.description) }
    }

    private static func ended(_ text: String) -> ExitCode {
        Console.warn("payerbridge: \(text)")
        return .failure
    }
}
