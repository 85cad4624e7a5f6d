import HTTPTypes
import Hummingbird

/// Lets in what the policy admits, and makes every error one JSON object.
struct Gatekeeper<Context: RequestContext>: RouterMiddleware {
  let policy: RequestPolicy

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let head = RequestPolicy.Head(
      method: request.method.rawValue, path: request.uri.path, host: request.head.authority,
      origin: request.headers[.origin], contentType: request.headers[.contentType],
      authorization: request.headers[.authorization])
    do {
      try policy.admit(head)
    } catch {
      return Reply.error(error.status, error.rawValue, Self.remedy(error))
    }
    do {
      return try await next(request, context)
    } catch let error as Refusal {
      return Reply.error(error.status, error.code, error.message)
    } catch let error as JournalDesk.Failure {
      let refusal = Refusal(error)
      return Reply.error(refusal.status, refusal.code, refusal.message)
    } catch let error as any HTTPResponseError {
      return Reply.error(
        error.status.code, error.status.code == 404 ? "not_found" : "bad_request",
        "\(request.method.rawValue) \(request.uri.path): \(error.status.reasonPhrase)")
    }
  }

  private static func remedy(_ refusal: RequestPolicy.Refusal) -> String {
    switch refusal {
    case .host: "this address is served as 127.0.0.1, localhost and [::1] only"
    case .origin: "pages of other origins may not ask"
    case .contentType: "send Content-Type: application/json"
    case .token: "send Authorization: Bearer TOKEN; the tokens are in tokens/ of the state directory"
    case .scope: "the read token may not change anything: use the one in tokens/operate"
    }
  }
}
