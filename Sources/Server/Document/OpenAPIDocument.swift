import Core

/// What is served, as OpenAPI 3.0.3.
enum OpenAPIDocument {
  static let json: [UInt8] = {
    var out = CanonicalJSON()
    out.object { out in
      out.key("components")
      out.object { out in
        out.key("schemas")
        out.object { out in
          out.key("error")
          out.object { Schema.error.write(&$0) }
        }
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
    if !operation.parameters.isEmpty {
      out.key("parameters")
      out.array { out in for parameter in operation.parameters { out.object { parameter.write(&$0) } } }
    }
    if operation.isWrite {
      out.key("requestBody")
      out.object { out in
        out.key("content")
        content(.json, .object(operation.body), &out)
      }
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

  private static func content(_ answer: ServedOperation.Answer, _ schema: Schema?, _ out: inout CanonicalJSON) {
    out.object { out in
      out.key(escaping: answer.rawValue)
      out.object { out in
        guard let schema else { return }
        out.key("schema")
        out.object { schema.write(&$0) }
      }
    }
  }

  /// What the gatekeeper may answer to anybody comes with what the operation itself does.
  private static func responses(_ operation: ServedOperation, _ out: inout CanonicalJSON) {
    let refusals = [403, 421] + (operation.isOpen ? [] : [401]) + (operation.isWrite ? [415] : [])
    for code in (operation.codes + refusals).sorted() {
      let isAnswer = operation.answers.contains(code)
      out.key(escaping: "\(code)")
      out.object { out in
        out.key("content")
        content(
          isAnswer ? operation.answer : .json, isAnswer ? operation.schema : .error, &out)
        out.key("description")
        out.value(isAnswer ? operation.summary : "Refused.")
      }
    }
  }
}
