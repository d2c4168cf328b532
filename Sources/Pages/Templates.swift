import Mustache

/// Every template, parsed once; a template that does not parse is named in `failures`, which a test keeps empty.
enum Templates {
    static let sources: [(name: String, bytes: [UInt8])] = [
        ("layout", PackageResources.layout_mustache),
        ("summary", PackageResources.summary_mustache),
        ("field", PackageResources.field_mustache),
        ("asking", PackageResources.asking_mustache),
        ("cancel", PackageResources.cancel_mustache),
        ("start", PackageResources.start_mustache),
        ("account", PackageResources.account_mustache),
        ("email", PackageResources.email_mustache),
        ("code", PackageResources.code_mustache),
        ("consent", PackageResources.consent_mustache),
        ("notice", PackageResources.notice_mustache),
        ("sandbox-home", PackageResources.sandbox_home_mustache),
        ("sandbox-mail", PackageResources.sandbox_mail_mustache),
        ("callback", PackageResources.callback_mustache),
        ("portal", PackageResources.portal_mustache),
        ("cell", PackageResources.cell_mustache),
        ("parts", PackageResources.parts_mustache),
        ("runs", PackageResources.runs_mustache),
        ("form", PackageResources.form_mustache),
        ("input", PackageResources.input_mustache),
        ("chart", PackageResources.chart_mustache),
        ("chart-whole", PackageResources.chart_whole_mustache),
        ("chart-timeline", PackageResources.chart_timeline_mustache),
        ("chart-search", PackageResources.chart_search_mustache),
        ("chart-item", PackageResources.chart_item_mustache),
        ("chart-file", PackageResources.chart_file_mustache),
        ("chart-section", PackageResources.chart_section_mustache),
        ("chart-entry", PackageResources.chart_entry_mustache),
        ("chart-result", PackageResources.chart_result_mustache),
        ("chart-table", PackageResources.chart_table_mustache),
        ("chart-plot", PackageResources.chart_plot_mustache),
        ("chart-pages", PackageResources.chart_pages_mustache),
        ("chart-find", PackageResources.chart_find_mustache),
        ("chart-tags", PackageResources.chart_tags_mustache),
    ]

    private static let parsed: (library: MustacheLibrary, failures: [String]) = {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        var library = MustacheLibrary()
        var failures: [String] = []
        for (name, bytes) in sources {
            do {
                // Each partial starts again with the library's own escaping, so every template asks for ours.
                try library.register("{{% CONTENT_TYPE:\(PageText.name)}}\n" + String(decoding: bytes, as: UTF8.self), named: name)
            } catch {
                failures.append("\(name): \(error)")
            }
        }
        return (library, failures)
    }()

    static var failures: [String] { parsed.failures }

    static func render(_ name: String, _ view: View) -> String {
        parsed.library.render(view, withTemplate: name) ?? ""
    }
}
