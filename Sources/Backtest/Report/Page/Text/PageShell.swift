import Digest
import Foundation

/// What all pages have in common: one HTML file for which nothing is fetched, whose policy lets no script run but its own.
/// The same content gives the same bytes.
package struct PageShell {
  /// Title of the window.
  package var title: String
  /// What kind of page it is, in small above the heading, and the heading.
  package var over: String
  package var heading: String
  /// The last line.
  package var footer: String
  /// Looks besides those that all pages have.
  package var style = ""
  /// The one script that may run; empty for none.
  package var script = ""

  /// A page as given, without looks or a script of its own.
  package init(title: String, over: String, heading: String, footer: String) {
    (self.title, self.over, self.heading, self.footer) = (title, over, heading, footer)
  }

  /// The whole file, with what `body` writes between heading and footer.
  package func html(_ body: (inout Markup) -> Void) -> String {
    var out = Markup()
    out.element("html", ["lang": "en"]) { out in
      out.element("head") { head(&$0) }
      out.element("body") { out in
        out.element("main") { out in
          out.element("header") { out in
            out.element("p", ["class": "over"], text: over)
            out.element("h1", text: heading)
          }
          body(&out)
          out.element("footer") { $0.element("p", text: footer) }
        }
        if !script.isEmpty { out.element("script") { $0.raw(script) } }
      }
    }
    return "<!DOCTYPE html>\n" + out.text + "\n"
  }

  private func head(_ out: inout Markup) {
    out.leaf("meta", ["charset": "utf-8"])
    out.leaf("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
    out.leaf("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
    out.leaf("meta", ["name": "color-scheme", "content": "light dark"])
    out.element("title", text: title)
    out.element("style") { $0.raw(ReportStyle.drawing + ReportStyle.page + style) }
  }

  private var policy: String {
    let hash = Data(SHA256.digest(Array(script.utf8))).base64EncodedString()
    return "default-src 'none'; style-src 'unsafe-inline'; "
      + (script.isEmpty ? "" : "script-src 'sha256-\(hash)'; ") + "base-uri 'none'; form-action 'none'"
  }
}
