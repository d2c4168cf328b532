import FHIR
import Testing

@testable import Chart

@Suite struct SentRecordTests {
    @Test(arguments: [
        ("<div><p>One</p><p>Two &amp; three</p></div>", "One\nTwo & three"), ("<div>a<script>alert(1)</script>b</div>", "ab"),
        ("<div>a<style>p{}</style><br/>b</div>", "a\nb"), ("<div title=\"a>b\">x</div>", "x"), ("<div title='>'>x</div>", "x"),
        ("a <!-- <script> --> b", "a b"), ("1 &lt; 2 &#60;b&#x3E; &nope; & c", "1 < 2 <b> &nope; & c"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"), ("<img src=x onerror=alert(1)>", ""), ("<div", ""),
        ("&#0;&#x1F;", "&#0;&#x1F;"),
        ("<SCRIPT>x</ScRiPt >y", "y"), ("<script>never closed", ""),
    ])
    func `a narrative is its words`(html: String, words: String) {
        #expect(NarrativeText.read(html.utf8) == words)
    }

    @Test func `a record is shown as it was sent, number by number`() throws {
        let chart = Chart([
            Records.kept(
                .observation, "a", #""text":{"status":"generated","div":"<div>Hello <b>you</b></div>"},"valueQuantity":{"value":1.50}"#)
        ])
        let sent = chart.sent(try #require(chart.items.first).sources[0])
        #expect(sent.json.contains("\"value\": 1.50") && sent.narrative == "Hello you")
    }

    @Test func `a file's type comes from its bytes`() {
        let kinds: [(String, AttachmentFile.Kind)] = [
            ("%PDF-1.7", .pdf), ("Hello, ñ\n", .text), ("<html>", .unknown), (" \n<svg onload=x>", .unknown), ("a\u{0}b", .unknown),
            ("\u{FEFF}<!doctype html>", .unknown), ("GIF89a\u{1}", .unknown),
        ]
        for (text, kind) in kinds { #expect(AttachmentFile.Kind(bytes: Array(text.utf8)) == kind, "\(text)") }
        #expect(AttachmentFile.Kind(bytes: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]) == .png)
        #expect(AttachmentFile.Kind(bytes: [0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg && AttachmentFile.Kind(bytes: [0xC3]) == .unknown)
    }

    @Test func `a file comes from inside, from a kept Binary, and never from elsewhere`() throws {
        let document = """
            "type":{"text":"Note"},"content":[
            {"attachment":{"contentType":"text/html","data":"aGVsbG8=","title":"Letter"}},{"attachment":{"url":"Binary/b"}},
            {"attachment":{"url":"https://old.example.org/Binary/b"}},{"attachment":{"data":"%%%"}},{"attachment":{}}]
            """
        let chart = Chart([
            Records.kept(.documentReference, "a", document), Records.kept(.binary, "b", #""contentType":"text/plain","data":"d29ybGQ=""#),
        ])
        let source = try #require(chart.item(.documentReference, "a")).sources[0]
        #expect(
            chart.sent(source).attachments.map(\.place) == [
                .inside(size: 5), .binary(id: "b"), .elsewhere("https://old.example.org/Binary/b"), .inside(size: 0), .nowhere,
            ])
        #expect(chart.file(source, number: 0)?.bytes == Array("hello".utf8) && chart.file(source, number: 0)?.kind == .text)
        #expect(chart.file(source, number: 1)?.bytes == Array("world".utf8))
        for number in [2, 4, 5, -1] { #expect(chart.file(source, number: number) == nil) }
        #expect(chart.file(source, number: 3)?.bytes.isEmpty != false)
    }
}
