import HTTPTypes
import Hummingbird

/// The page and its two files. They hold no data, so anybody on this machine may have them.
struct PageRoutes: Sendable {
  /// Nothing but these three files and this server is ever loaded or asked.
  private static let contentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  func add<Context: RequestContext>(to router: Router<Context>) {
    router.get("/openapi.json") { _, _ in Reply.json(OpenAPIDocument.json) }
    for (path, type, text) in [
      ("/", "text/html; charset=utf-8", DashboardPage.html),
      ("/app.css", "text/css; charset=utf-8", DashboardPage.style),
      ("/app.js", "text/javascript; charset=utf-8", DashboardPage.script),
    ] {
      router.get(RouterPath(path)) { _, _ in
        var response = Reply.text(type, text)
        response.headers[HTTPField.Name("Content-Security-Policy")!] = Self.contentPolicy
        return response
      }
    }
  }
}
