extension InstrumentSettings {
  /// `config/instruments.yaml` as it was when the program was built, for a program that runs without its files.
  /// A test keeps the two equal.
  package static let embeddedText = #"""
    # Trading rules of instruments, each from a day on: a replay of an old day uses the rule of that day.
    # Values of a venue change without notice here. Check them against the venue before trading for money; the remarks say
    # what is from knowledge and not from the venue's own data. Fees are in basis points (0.01 %) of the traded value.

    # Sessions in local time. Days are those on which a session opens.
    calendars:
      always-open: {}

      # New York Stock Exchange and Nasdaq. Holidays by rule plus the closures of 2001, 2004, 2007, 2012, 2018 and 2025.
      # They agree with the days in US daily bars of 1999 to 2016. Later years are by rule. Half days are from knowledge.
      nyse:
        zone: new_york
        open: "09:30"
        close: "16:00"
        weekdays: [mon, tue, wed, thu, fri]
        holidays:
          - [1999-01-01, 1999-01-18, 1999-02-15, 1999-04-02, 1999-05-31, 1999-07-05, 1999-09-06, 1999-11-25]
          - [1999-12-24]
          - [2000-01-17, 2000-02-21, 2000-04-21, 2000-05-29, 2000-07-04, 2000-09-04, 2000-11-23, 2000-12-25]
          - [2001-01-01, 2001-01-15, 2001-02-19, 2001-04-13, 2001-05-28, 2001-07-04, 2001-09-03, 2001-09-11]
          - [2001-09-12, 2001-09-13, 2001-09-14, 2001-11-22, 2001-12-25]
          - [2002-01-01, 2002-01-21, 2002-02-18, 2002-03-29, 2002-05-27, 2002-07-04, 2002-09-02, 2002-11-28]
          - [2002-12-25]
          - [2003-01-01, 2003-01-20, 2003-02-17, 2003-04-18, 2003-05-26, 2003-07-04, 2003-09-01, 2003-11-27]
          - [2003-12-25]
          - [2004-01-01, 2004-01-19, 2004-02-16, 2004-04-09, 2004-05-31, 2004-06-11, 2004-07-05, 2004-09-06]
          - [2004-11-25, 2004-12-24]
          - [2005-01-17, 2005-02-21, 2005-03-25, 2005-05-30, 2005-07-04, 2005-09-05, 2005-11-24, 2005-12-26]
          - [2006-01-02, 2006-01-16, 2006-02-20, 2006-04-14, 2006-05-29, 2006-07-04, 2006-09-04, 2006-11-23]
          - [2006-12-25]
          - [2007-01-01, 2007-01-02, 2007-01-15, 2007-02-19, 2007-04-06, 2007-05-28, 2007-07-04, 2007-09-03]
          - [2007-11-22, 2007-12-25]
          - [2008-01-01, 2008-01-21, 2008-02-18, 2008-03-21, 2008-05-26, 2008-07-04, 2008-09-01, 2008-11-27]
          - [2008-12-25]
          - [2009-01-01, 2009-01-19, 2009-02-16, 2009-04-10, 2009-05-25, 2009-07-03, 2009-09-07, 2009-11-26]
          - [2009-12-25]
          - [2010-01-01, 2010-01-18, 2010-02-15, 2010-04-02, 2010-05-31, 2010-07-05, 2010-09-06, 2010-11-25]
          - [2010-12-24]
          - [2011-01-17, 2011-02-21, 2011-04-22, 2011-05-30, 2011-07-04, 2011-09-05, 2011-11-24, 2011-12-26]
          - [2012-01-02, 2012-01-16, 2012-02-20, 2012-04-06, 2012-05-28, 2012-07-04, 2012-09-03, 2012-10-29]
          - [2012-10-30, 2012-11-22, 2012-12-25]
          - [2013-01-01, 2013-01-21, 2013-02-18, 2013-03-29, 2013-05-27, 2013-07-04, 2013-09-02, 2013-11-28]
          - [2013-12-25]
          - [2014-01-01, 2014-01-20, 2014-02-17, 2014-04-18, 2014-05-26, 2014-07-04, 2014-09-01, 2014-11-27]
          - [2014-12-25]
          - [2015-01-01, 2015-01-19, 2015-02-16, 2015-04-03, 2015-05-25, 2015-07-03, 2015-09-07, 2015-11-26]
          - [2015-12-25]
          - [2016-01-01, 2016-01-18, 2016-02-15, 2016-03-25, 2016-05-30, 2016-07-04, 2016-09-05, 2016-11-24]
          - [2016-12-26]
          - [2017-01-02, 2017-01-16, 2017-02-20, 2017-04-14, 2017-05-29, 2017-07-04, 2017-09-04, 2017-11-23]
          - [2017-12-25]
          - [2018-01-01, 2018-01-15, 2018-02-19, 2018-03-30, 2018-05-28, 2018-07-04, 2018-09-03, 2018-11-22]
          - [2018-12-05, 2018-12-25]
          - [2019-01-01, 2019-01-21, 2019-02-18, 2019-04-19, 2019-05-27, 2019-07-04, 2019-09-02, 2019-11-28]
          - [2019-12-25]
          - [2020-01-01, 2020-01-20, 2020-02-17, 2020-04-10, 2020-05-25, 2020-07-03, 2020-09-07, 2020-11-26]
          - [2020-12-25]
          - [2021-01-01, 2021-01-18, 2021-02-15, 2021-04-02, 2021-05-31, 2021-07-05, 2021-09-06, 2021-11-25]
          - [2021-12-24]
          - [2022-01-17, 2022-02-21, 2022-04-15, 2022-05-30, 2022-06-20, 2022-07-04, 2022-09-05, 2022-11-24]
          - [2022-12-26]
          - [2023-01-02, 2023-01-16, 2023-02-20, 2023-04-07, 2023-05-29, 2023-06-19, 2023-07-04, 2023-09-04]
          - [2023-11-23, 2023-12-25]
          - [2024-01-01, 2024-01-15, 2024-02-19, 2024-03-29, 2024-05-27, 2024-06-19, 2024-07-04, 2024-09-02]
          - [2024-11-28, 2024-12-25]
          - [2025-01-01, 2025-01-09, 2025-01-20, 2025-02-17, 2025-04-18, 2025-05-26, 2025-06-19, 2025-07-04]
          - [2025-09-01, 2025-11-27, 2025-12-25]
          - [2026-01-01, 2026-01-19, 2026-02-16, 2026-04-03, 2026-05-25, 2026-06-19, 2026-07-03, 2026-09-07]
          - [2026-11-26, 2026-12-25]
        early_closes:
          - {close: "13:00", days: [1999-11-26, 1999-12-31, 2000-07-03, 2000-11-24, 2001-07-03, 2001-11-23]}
          - {close: "13:00", days: [2001-12-24, 2002-07-05, 2002-11-29, 2002-12-24, 2003-07-03, 2003-11-28]}
          - {close: "13:00", days: [2003-12-24, 2003-12-26, 2004-11-26, 2005-11-25, 2006-07-03, 2006-11-24]}
          - {close: "13:00", days: [2007-07-03, 2007-11-23, 2007-12-24, 2008-07-03, 2008-11-28, 2008-12-24]}
          - {close: "13:00", days: [2009-11-27, 2009-12-24, 2010-11-26, 2011-11-25, 2012-07-03, 2012-11-23]}
          - {close: "13:00", days: [2012-12-24, 2013-07-03, 2013-11-29, 2013-12-24, 2014-07-03, 2014-11-28]}
          - {close: "13:00", days: [2014-12-24, 2015-11-27, 2015-12-24, 2016-11-25, 2017-07-03, 2017-11-24]}
          - {close: "13:00", days: [2018-07-03, 2018-11-23, 2018-12-24, 2019-07-03, 2019-11-29, 2019-12-24]}
          - {close: "13:00", days: [2020-11-27, 2020-12-24, 2021-11-26, 2022-11-25, 2023-07-03, 2023-11-24]}
          - {close: "13:00", days: [2024-07-03, 2024-11-29, 2024-12-24, 2025-07-03, 2025-11-28, 2025-12-24]}
          - {close: "13:00", days: [2026-11-27, 2026-12-24]}

      # National Stock Exchange of India. 2023 to May 2025 agree with the days in NIFTY bars; the others are from knowledge.
      # Evening (Muhurat) and Saturday sessions count as closed. Before 2019 no holidays are known here.
      nse:
        zone: india
        open: "09:15"
        close: "15:30"
        no_new_entries: "15:00"
        square_off: "15:15"
        weekdays: [mon, tue, wed, thu, fri]
        holidays:
          - [2019-03-04, 2019-03-21, 2019-04-17, 2019-04-19, 2019-04-29, 2019-05-01, 2019-06-05, 2019-08-12]
          - [2019-08-15, 2019-09-02, 2019-09-10, 2019-10-02, 2019-10-08, 2019-10-21, 2019-10-28, 2019-11-12]
          - [2019-12-25]
          - [2020-02-21, 2020-03-10, 2020-04-02, 2020-04-06, 2020-04-10, 2020-04-14, 2020-05-01, 2020-05-25]
          - [2020-10-02, 2020-11-16, 2020-11-30, 2020-12-25]
          - [2021-01-26, 2021-03-11, 2021-03-29, 2021-04-02, 2021-04-14, 2021-04-21, 2021-05-13, 2021-07-21]
          - [2021-08-19, 2021-09-10, 2021-10-15, 2021-11-04, 2021-11-05, 2021-11-19]
          - [2022-01-26, 2022-03-01, 2022-03-18, 2022-04-14, 2022-04-15, 2022-05-03, 2022-08-09, 2022-08-15]
          - [2022-08-31, 2022-10-05, 2022-10-24, 2022-10-26, 2022-11-08]
          - [2023-01-26, 2023-03-07, 2023-03-30, 2023-04-04, 2023-04-07, 2023-04-14, 2023-05-01, 2023-06-29]
          - [2023-08-15, 2023-09-19, 2023-10-02, 2023-10-24, 2023-11-14, 2023-11-27, 2023-12-25]
          - [2024-01-22, 2024-01-26, 2024-03-08, 2024-03-25, 2024-03-29, 2024-04-11, 2024-04-17, 2024-05-01]
          - [2024-05-20, 2024-06-17, 2024-07-17, 2024-08-15, 2024-10-02, 2024-11-01, 2024-11-15, 2024-11-20]
          - [2024-12-25]
          - [2025-02-26, 2025-03-14, 2025-03-31, 2025-04-10, 2025-04-14, 2025-04-18, 2025-05-01, 2025-08-15]
          - [2025-08-27, 2025-10-02, 2025-10-21, 2025-10-22, 2025-11-05, 2025-12-25]
          - [2026-01-15, 2026-01-26, 2026-03-03, 2026-03-26, 2026-03-31, 2026-04-03, 2026-04-14, 2026-05-01]
          - [2026-05-28, 2026-06-26, 2026-09-14, 2026-10-02, 2026-10-20, 2026-11-10, 2026-11-24, 2026-12-25]

      # Currencies and metals: Sunday 17:00 to Friday 17:00 in New York. No session opens on the
      # evenings before Christmas and New Year's Day (so in hourly bars of 2007 to 2020, brokers differ by hours).
      fx-week:
        zone: new_york
        open: "17:00"
        close: "17:00"
        weekdays: [sun, mon, tue, wed, thu]
        holidays:
          - [1998-12-31, 2000-12-24, 2000-12-31, 2001-12-24, 2001-12-31, 2002-12-24, 2002-12-31, 2003-12-24]
          - [2003-12-31, 2006-12-24, 2006-12-31, 2007-12-24, 2007-12-31, 2008-12-24, 2008-12-31, 2009-12-24]
          - [2009-12-31, 2012-12-24, 2012-12-31, 2013-12-24, 2013-12-31, 2014-12-24, 2014-12-31, 2015-12-24]
          - [2015-12-31, 2017-12-24, 2017-12-31, 2018-12-24, 2018-12-31, 2019-12-24, 2019-12-31, 2020-12-24]
          - [2020-12-31, 2023-12-24, 2023-12-31, 2024-12-24, 2024-12-31, 2025-12-24, 2025-12-31, 2026-12-24]
          - [2026-12-31]

    # Rules of instruments that are not named below. The steps of crypto are the finest that venues use: they round least.
    # fee_asset, in a kind or an instrument, says what fees are taken in: quote (the default), or base, which is whatever is
    # received: less of the thing after a buy, less quote currency after a sale.
    kinds:
      crypto_spot:
        venue: binance-spot
        calendar: always-open
        shortable: false
        tick: 0.00000001
        lot: 0.00000001
        min_quantity: 0.00000001
        min_notional: 10
        maker_bps: 10
        taker_bps: 10
      crypto_perp:
        venue: binance-perp
        calendar: always-open
        shortable: true
        tick: 0.00000001
        lot: 0.00000001
        min_quantity: 0.00000001
        min_notional: 10
        maker_bps: 2
        taker_bps: 5
      equity:
        venue: us-equity
        calendar: nyse
        shortable: true
        tick: 0.01
        lot: 1
        min_quantity: 1
        min_notional: 0
        maker_bps: 1
        taker_bps: 1
      etf:
        venue: us-equity
        calendar: nyse
        shortable: true
        tick: 0.01
        lot: 1
        min_quantity: 1
        min_notional: 0
        maker_bps: 1
        taker_bps: 1
      # An index is traded through its futures.
      index:
        venue: index-future
        calendar: nyse
        shortable: true
        tick: 0.01
        lot: 1
        min_quantity: 1
        min_notional: 0
        maker_bps: 1
        taker_bps: 1
      fx:
        venue: fx-broker
        calendar: fx-week
        shortable: true
        tick: 0.00001
        lot: 1
        min_quantity: 1
        min_notional: 0
        maker_bps: 0.3
        taker_bps: 0.3
      metal:
        venue: fx-broker
        calendar: fx-week
        shortable: true
        tick: 0.001
        lot: 0.01
        min_quantity: 0.01
        min_notional: 0
        maker_bps: 0.5
        taker_bps: 0.5

    # Every symbol that begins with SIM-.
    simulated:
      kind: crypto_perp
      venue: simulated
      calendar: always-open
      shortable: true
      tick: 0.01
      lot: 0.0001
      min_quantity: 0.0001
      min_notional: 10
      maker_bps: 10
      taker_bps: 10

    # A recorded file of which nothing says what it is, with bars at all hours: a market that never closes.
    unlisted:
      kind: crypto_perp
      venue: unlisted
      calendar: always-open
      shortable: true
      tick: 0.00000001
      lot: 0.000001
      min_quantity: 0.000001
      min_notional: 0
      maker_bps: 10
      taker_bps: 10

    # Instruments by symbol. What is left out is the kind's; a rule begins with the values of the rule before it.
    instruments:
      # Binance spot. From knowledge: listed on 2017-08-17; the lot went from 0.000001 to 0.00001 in 2021 and the smallest
      # order from 10 to 5 USDT in 2023 (both to the month at best). The months without fees of 2022 and 2023 are left out.
      BTCUSDT:
        kind: crypto_spot
        rules:
          - {from: 2017-08-17, tick: 0.01, lot: 0.000001, min_quantity: 0.000001, min_notional: 10}
          - {from: 2021-07-01, lot: 0.00001, min_quantity: 0.00001}
          - {from: 2023-06-01, min_notional: 5}
      ETHUSDT:
        kind: crypto_spot
        rules:
          - {from: 2017-08-17, tick: 0.01, lot: 0.00001, min_quantity: 0.00001, min_notional: 10}
          - {from: 2021-07-01, lot: 0.0001, min_quantity: 0.0001}
          - {from: 2023-06-01, min_notional: 5}

      # Binance USD-M. From knowledge: tick from 0.01 to 0.1 in 2022, smallest order from 5 to 100 USDT in 2023.
      BTCUSDT-PERP:
        kind: crypto_perp
        rules:
          - {from: 2019-09-08, tick: 0.01, lot: 0.001, min_quantity: 0.001, min_notional: 5}
          - {from: 2022-02-01, tick: 0.1}
          - {from: 2023-12-01, min_notional: 100}

      # NIFTY 50 futures. Lots from knowledge, to the month. Old and new contract months overlapped at every change; a rule
      # begins when the front month had the new lot.
      NIFTY:
        kind: index
        venue: nse
        calendar: nse
        rules:
          - {from: 2000-06-12, tick: 0.05, lot: 200, min_quantity: 200}
          - {from: 2005-04-01, lot: 100, min_quantity: 100}
          - {from: 2007-03-01, lot: 50, min_quantity: 50}
          - {from: 2014-10-31, lot: 25, min_quantity: 25}
          - {from: 2015-10-30, lot: 75, min_quantity: 75}
          - {from: 2021-07-01, lot: 50, min_quantity: 50}
          - {from: 2024-04-26, lot: 25, min_quantity: 25}
          - {from: 2024-12-27, lot: 75, min_quantity: 75}
          - {from: 2025-12-31, lot: 65, min_quantity: 65}
      # The same index in feeds that call it NIFTY50.
      NIFTY50:
        kind: index
        venue: nse
        calendar: nse
        rules:
          - {from: 2000-06-12, tick: 0.05, lot: 200, min_quantity: 200}
          - {from: 2005-04-01, lot: 100, min_quantity: 100}
          - {from: 2007-03-01, lot: 50, min_quantity: 50}
          - {from: 2014-10-31, lot: 25, min_quantity: 25}
          - {from: 2015-10-30, lot: 75, min_quantity: 75}
          - {from: 2021-07-01, lot: 50, min_quantity: 50}
          - {from: 2024-04-26, lot: 25, min_quantity: 25}
          - {from: 2024-12-27, lot: 75, min_quantity: 75}
          - {from: 2025-12-31, lot: 65, min_quantity: 65}

      SPY:
        kind: etf
        rules:
          # US prices went from sixteenths to cents on 2001-01-29; before, the finer of both holds.
          - {from: 1993-01-29, tick: 0.0001, lot: 1, min_quantity: 1}
          - {from: 2001-01-29, tick: 0.01}
      USDJPY:
        kind: fx
        rules:
          - {from: 1999-01-01, tick: 0.001}
      XAUUSD:
        kind: metal
        rules:
          - {from: 1999-01-01, tick: 0.01}

    """#
}
