import ArgumentParser
import Server

/// The program: one verb for each thing a plan's engineer does with it.
@main
struct Program: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payerbridge",
        abstract: "Payer-to-payer exchange: when a person changes health plan, the new plan gets their record from the old one.",
        discussion: """
            Start with the sandbox, a made-up Demo Health Plan on your own machine:

              payerbridge sandbox
              payerbridge receive --from http://localhost:8080/demo --client-id demo-receiving-payer \\
                --client-secret-file var/sandbox/client-secret --out received

            A real plan writes a configuration file, loads its data and serves it:

              payerbridge import --config payerbridge.yaml --plan demo records/
              payerbridge members import --config payerbridge.yaml --plan demo roster.csv
              payerbridge serve --config payerbridge.yaml
            """,
        version: Version.text,
        subcommands: [
            SandboxCommand.self, ServeCommand.self, ReceiveCommand.self, DoctorCommand.self, ImportCommand.self, ExportCommand.self,
            MembersCommand.self,
            GrantsCommand.self,
            AppsCommand.self, ReviewerCommand.self, ExplainCommand.self, DisclosuresCommand.self,
            BackupCommand.self, VerifyCommand.self, RestoreCommand.self, MigrateCommand.self,
        ])
}
