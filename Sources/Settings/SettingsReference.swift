extension SettingsSchema {
  /// The configuration reference, `docs/configuration.md`: every value with type, unit, limits, default and purpose.
  public static func reference() -> String {
    preface + sections.map { section($0.name, $0.documentation) }.joined() + agreements
  }

  private static let preface = """
    # Configuration reference

    This page is written by `hrmbot config reference`; `scripts/generate` writes it anew, and a test fails while it is out of date.

    ## Where does a value come from?

    The first of these that has one: `--set section.key=value` on the command line, the environment (`HRMBOT_SECTION_KEY`, in
    capitals, dots become `_`), the settings file, the default below. The file is the one named by `--settings`, else
    `config/settings.yaml` where the bot is started, else none. Under systemd it is `/etc/hrmbot/settings.yaml`.

    ```sh
    hrmbot config check --settings /etc/hrmbot/settings.yaml    # every mistake at once; exit code 78 if there is one
    hrmbot config show                                          # what holds, and where each value comes from
    hrmbot config file > settings.yaml                          # a commented file with all defaults
    hrmbot config schema --json > settings.schema.json          # for an editor that completes and checks
    ```

    ## What may a value look like?

    Every value is optional. Keys that are not below are errors, and the message names the nearest key that exists. Numbers are
    plain: no quotes, no `1_000`, no `3%` (write 0.03). Amounts and shares are exact decimals. A list is `[A, B]`; outside the file it
    is `A,B`. `null` stands only where it is listed. The file is YAML without anchors, aliases and tags, 256 KiB at most. Secrets
    do not belong in it. The bot reads it at the start; a change takes effect with the next start.


    """

  private static func section(_ name: String, _ documentation: String) -> String {
    var text = """
      ## \(name)

      \(documentation)

      | key | type | unit | allowed | default | what it is for |
      | --- | --- | --- | --- | --- | --- |

      """
    for entry in entries where entry.section == name {
      let range = entry.range == entry.type ? "" : entry.range
      let cells = [
        "`\(entry.key)`", entry.type, entry.unit, range, "`\(entry.defaultText)`", entry.documentation,
      ].map { $0.replacing("|", with: "\\|") }
      text += "| \(cells.joined(separator: " | ")) |\n"
    }
    return text + "\n"
  }

  private static var agreements: String {
    """
    ## Which values must agree?

    | value | rule | with |
    | --- | --- | --- |

    """ + CrossCheck.all.map { "| `\($0.key)` | \($0.problem) | `\($0.other)` |\n" }.joined()
  }
}
