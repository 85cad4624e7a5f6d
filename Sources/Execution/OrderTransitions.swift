import Core

extension OrderState {
  /// Whether the state machine may go from this state to `next`. Nothing follows a terminal state, and knowledge never
  /// shrinks: an order that the venue is known to have is never `intended` or `submitted` again.
  package func canBecome(_ next: OrderState) -> Bool {
    switch self {
    case .intended: next != .intended
    case .submitted: next != .intended && next != .submitted
    case .unknown: next.isTerminal || next == .accepted || next == .partiallyFilled || next == .pendingCancel
    case .accepted: next == .partiallyFilled || next == .pendingCancel || next.isTerminal
    case .partiallyFilled: next == .pendingCancel || next == .filled || next == .cancelled || next == .expired
    // A cancel can cross a lost acknowledgement, or be refused.
    case .pendingCancel: next == .unknown || next == .accepted || next == .partiallyFilled || next.isTerminal
    case .filled, .cancelled, .rejected, .expired: false
    }
  }
}
