import Core

/// What is served, as OpenAPI 3.0.3.
enum OpenAPIDocument {
  static let json: [UInt8] = {
    var out = CanonicalJSON()
    out.object { out in
      out.key("components")
      out.object { out in
        out.key("securitySchemes")
        out.object { out in
          out.key("token")
          out.object { out in
            out.key("scheme")
            out.value(literal: "bearer")
            out.key("type")
            out.value(literal: "http")
          }
        }
      }
      out.key("info")
      out.object { out in
        out.key("title")
        out.value(literal: "hrmbot")
        out.key("version")
        out.value(literal: "1")
      }
      out.key("openapi")
      out.value(literal: "3.0.3")
      out.key("paths")
      out.object(paths)
    }
    return out.bytes
  }()

  private static func paths(_ out: inout CanonicalJSON) {
    let all = ServedOperation.all.flatMap { operation in operation.paths.map { ($0, operation) } }
    for (path, operation) in all.sorted(by: { $0.0 < $1.0 }) {
      out.key(escaping: path)
      out.object { out in
        if operation.isWrite { out.key("post") } else { out.key("get") }
        out.object { write(operation, &$0) }
      }
    }
  }

  private static func write(_ operation: ServedOperation, _ out: inout CanonicalJSON) {
    if operation.hasLimit {
      out.key("parameters")
      out.array { out in out.object(limit) }
    }
    if operation.isWrite {
      out.key("requestBody")
      out.object { body(operation.body, &$0) }
    }
    out.key("responses")
    out.object { responses(operation, &$0) }
    out.key("security")
    out.array { out in
      if !operation.isOpen {
        out.object { out in
          out.key("token")
          out.array { _ in }
        }
      }
    }
    out.key("summary")
    out.value(operation.summary)
  }

  private static func limit(_ out: inout CanonicalJSON) {
    out.key("in")
    out.value(literal: "query")
    out.key("name")
    out.value(literal: "limit")
    out.key("schema")
    out.object { out in
      out.key("maximum")
      out.value(ServerLimits.decisions)
      out.key("minimum")
      out.value(1)
      out.key("type")
      out.value(literal: "integer")
    }
  }

  private static func body(_ members: [String], _ out: inout CanonicalJSON) {
    out.key("content")
    out.object { out in
      out.key("application/json")
      out.object { out in
        out.key("schema")
        out.object { out in
          out.key("properties")
          out.object { out in
            for member in members {
              out.key(escaping: member)
              out.object { out in
                if member == "level" {
                  out.key("enum")
                  out.array { out in for level in StopLevel.allCases { out.value(level.rawValue) } }
                }
                out.key("type")
                out.value(literal: "string")
              }
            }
          }
          out.key("type")
          out.value(literal: "object")
        }
      }
    }
  }

  /// What the gatekeeper may answer to anybody comes with what the operation itself does.
  private static func responses(_ operation: ServedOperation, _ out: inout CanonicalJSON) {
    let refusals = [403, 421] + (operation.isOpen ? [] : [401]) + (operation.isWrite ? [415] : [])
    for code in (operation.codes + refusals).sorted() {
      out.key(escaping: "\(code)")
      out.object { out in
        out.key("content")
        out.object { out in
          let isError = refusals.contains(code) || code == 503 && operation.answer == .events
          out.key(escaping: isError ? ServedOperation.Answer.json.rawValue : operation.answer.rawValue)
          out.object { _ in }
        }
        out.key("description")
        out.value(refusals.contains(code) ? "Refused." : operation.summary)
      }
    }
  }
}
