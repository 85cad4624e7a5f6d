import Agent
import Core
import Foundation
import HRM

/// Directory of the goldens.
let resources = Bundle.module.bundleURL.appendingPathComponent("Resources").path

func price(_ value: Double) -> Price { try! Price("\(value)") }

func bar(
  _ instrument: UInt16 = 0, timeframe: Timeframe = .oneHour, openTime: Int64 = 0, open: Price, high: Price, low: Price,
  close: Price, volume: Measure = .zero
) -> Bar {
  Bar(
    instrument: InstrumentID(index: instrument), timeframe: timeframe, openTime: Timestamp(milliseconds: openTime),
    open: open, high: high, low: low, close: close, volume: volume)
}

func observation(
  _ bar: Bar, position: PositionView = .flat, quality: QualityFlags = [], isShortable: Bool = true,
  window: [Float] = [], context: [Float] = []
) -> Observation {
  Observation(
    instrument: bar.instrument, timeframe: bar.timeframe, bar: bar, barCount: 1, window: window, context: context,
    complexity: nil, quality: quality, position: position, isShortable: isShortable, averageTrueRange: nil,
    volatilityPerBar: nil, volatilityRank: nil, quote: nil)
}

/// A one-second bar at one price that closes at `close` milliseconds.
func tick(_ instrument: UInt16 = 0, close: Int64, price: Price = Price(raw: 100_000_000_000)) -> Bar {
  bar(
    instrument, timeframe: .oneSecond, openTime: close - 1000, open: price, high: price, low: price, close: price)
}

func position(_ side: PositionSide, entry: Price, entryTime: Int64) -> PositionView {
  let quantity = Quantity(raw: Quantity.unit)
  return side == .flat
    ? .flat
    : PositionView(
      side: side, quantity: quantity, totalCostQuote: entry * quantity,
      entryTime: Timestamp(milliseconds: entryTime))
}

extension PolicyAnswer {
  var wish: PolicyWish? { if case .wish(let wish) = self { wish } else { nil } }
  var failure: FallbackReason? { if case .failure(let reason, _) = self { reason } else { nil } }
  var request: NetworkRequest? { if case .think(let request) = self { request } else { nil } }
}

extension AgentEffect {
  var decision: Decision? { if case .decision(let decision) = self { decision } else { nil } }
  var request: NetworkRequest? { if case .think(let request) = self { request } else { nil } }
  var discard: DiscardReason? { if case .discarded(let reason) = self { reason } else { nil } }
  var isNone: Bool { if case .none = self { true } else { false } }
}
