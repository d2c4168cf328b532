/// The small page the member's browser shows when it comes back. It repeats nothing of the request.
enum CallbackPage {
    static func html(title: String, words: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style>
        :root { color-scheme: light dark; }
        body { font: 18px/1.6 system-ui, sans-serif; max-width: 32rem; margin: 18vh auto; padding: 0 1.5rem; }
        h1 { font-size: 1.5rem; line-height: 1.25; }
        </style>
        </head>
        <body>
        <main>
        <h1>\(title)</h1>
        <p>\(words)</p>
        </main>
        </body>
        </html>

        """
    }

    static func page(for verdict: AuthorizationCallback.Verdict) -> (status: Int, html: String) {
        switch verdict {
        case .code:
            (
                200,
                html(
                    title: "You can close this window",
                    words: "Your health plan has answered. Your records are on their way to your new plan.")
            )
        case .ended(.denied): (200, html(title: "You can close this window", words: "Nothing was shared."))
        case .ended:
            (
                200,
                html(
                    title: "You can close this window",
                    words: "The health plan could not finish. Nothing was shared. The person who sent you here sees why.")
            )
        case .other(let status, let words): (status, html(title: "This page is not the one", words: words))
        }
    }
}
