import Terminal

/// Whether a program would understand its command line, by what its argument parser says of itself. Nothing is run.
enum CommandLineCheck {
  /// What is wrong with the words after the program's name; nil: nothing. `isComplete`: required options and arguments are asked for.
  static func problem(_ words: [String], _ root: CommandTree, isComplete: Bool = true) -> String? {
    var (command, rest) = (root, words[...])
    while let word = rest.first, let next = command.subcommands?.first(where: { $0.commandName == word }) {
      command = next
      rest.removeFirst()
    }
    if let implied = command.defaultSubcommand, rest.first != nil,
      let next = command.subcommands?.first(where: { $0.commandName == implied })
    {
      command = next
    }
    let arguments = command.arguments ?? []
    var (positionals, seen): (Int, Set<String>) = (0, [])
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        positionals += 1
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      if ["--help", "-h", "--version", "--generate-completion-script", "--experimental-dump-help"].contains(parts[0]) {
        return nil
      }
      guard let argument = arguments.first(where: { ($0.names ?? []).contains { $0.text == parts[0] } }) else {
        return "\(command.path) has no \(parts[0])"
      }
      seen.formUnion((argument.names ?? []).map(\.text))
      guard argument.kind == .option, parts.count == 1 else { continue }
      guard rest.popFirst() != nil || !isComplete else { return "\(parts[0]) wants a value" }
      if argument.parsingStrategy == "upToNextOption" {
        while rest.first?.hasPrefix("-") == false { rest.removeFirst() }
      }
    }
    let places = arguments.filter { $0.kind == .positional }
    if positionals > places.count, places.last?.isRepeating != true {
      let isGroup = places.isEmpty && command.subcommands?.isEmpty == false
      return isGroup ? "\(command.path) has no such subcommand" : "\(command.path) takes no further argument"
    }
    guard isComplete else { return nil }
    if positionals < places.count(where: { !$0.isOptional }) { return "\(command.path) wants an argument" }
    for argument in arguments where argument.kind == .option && !argument.isOptional && argument.defaultValue == nil {
      let names = (argument.names ?? []).map(\.text)
      if seen.isDisjoint(with: names) { return "\(command.path) wants \(names.joined(separator: " or "))" }
    }
    return nil
  }
}
