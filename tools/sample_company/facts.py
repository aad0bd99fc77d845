"""What is fixed about the fictitious company: people, places, prices, habits.

Rheinfeld Systeme GmbH sells production-planning software by subscription,
services, and shop-floor terminals to Mittelstand companies. Shares are in
1/1000, money is in EUR unless a name says cents.
"""

import numpy as np

from .days import day_of, month_of


def words(text):
    """The words of a text; the linter wants a list where a literal is split."""
    return text.split()


OPPORTUNITIES = 1100
"""Size of the committed sample: deals, open and closed, of all types."""

HISTORY_START = "2023-01-01"
"""The day on which the CRM was introduced: first leads and deals."""

AS_OF = "2026-06-30"
"""Last day of the sample; the loads of the next morning are stamped 2026-07-01."""

HORIZON = "2026-08-31"
"""The future is simulated up to here, so that a later delivery is a later cut."""

FIRST_MONTH = int(month_of(day_of(HISTORY_START)))
LAST_MONTH = int(month_of(day_of(HORIZON)))

# Territories: sales team, region, share of new companies, win factor, renewal shift.
# Oesterreich is the visibly weaker region.
TERRITORIES = (
    # team, region, weight, win permille, renewal shift permille
    ("Team Nord", "Nord", 230, 1050, 10),
    ("Team West", "West", 240, 1000, 0),
    ("Team Süd", "Süd", 250, 1080, 5),
    ("Team Österreich", "Österreich", 120, 560, -110),
    ("Team Schweiz", "Schweiz", 100, 1000, 10),
    ("Team International", "International", 60, 850, -20),
)
NORD, WEST, SUED, AUSTRIA, SWITZERLAND, INTERNATIONAL = range(6)

# Countries: name, currency, legal form.
COUNTRIES = (
    ("Germany", "EUR", "GmbH"),
    ("Austria", "EUR", "GmbH"),
    ("Switzerland", "CHF", "AG"),
    ("Netherlands", "EUR", "B.V."),
    ("Poland", "EUR", "Sp. z o.o."),
    ("United States", "USD", "Inc."),
)
COUNTRY_WEIGHTS = np.array(
    # a row per territory, a column per country
    [
        [1000, 0, 0, 0, 0, 0],
        [1000, 0, 0, 0, 0, 0],
        [1000, 0, 0, 0, 0, 0],
        [0, 1000, 0, 0, 0, 0],
        [0, 0, 1000, 0, 0, 0],
        [0, 0, 0, 450, 200, 350],
    ]
)
CURRENCIES = ("EUR", "CHF", "USD", "SEK", "XXX")
EUR, CHF, USD, SEK, UNKNOWN_CURRENCY = range(5)
COUNTRY_CURRENCY = np.array(
    [CURRENCIES.index(currency) for _, currency, _ in COUNTRIES]
)

# Sellers: name, territory, first and last day (None = from the start, still here).
SELLERS = (
    ("Anja Petersen", NORD, None, None),
    ("Lars Hinrichs", NORD, None, None),
    ("Meike Tamm", NORD, "2024-09-01", None),
    ("Thomas Kessler", WEST, None, None),
    ("Derya Yilmaz", WEST, None, None),
    ("Jonas Reuter", WEST, None, "2025-03-31"),
    ("Sabine Obermeier", SUED, None, None),
    ("Florian Haas", SUED, None, None),
    ("Katrin Zeller", SUED, "2024-02-01", None),
    ("Stefan Gruber", AUSTRIA, None, None),
    ("Julia Steindl", AUSTRIA, "2023-10-01", None),
    ("Reto Ammann", SWITZERLAND, None, None),
    ("Nadine Frei", SWITZERLAND, "2025-01-01", None),
    ("Mark Visser", INTERNATIONAL, None, None),
)
SELLERS_OF = np.array(
    [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 9], [11, 12, 11], [13, 13, 13]]
)
"""Seller numbers by territory (6, 3); the first one is always there."""
SELLER_FROM = np.array([day_of(start) if start else 0 for _, _, start, _ in SELLERS])
SELLER_TO = np.array([day_of(end) if end else 1 << 30 for _, _, _, end in SELLERS])

INDUSTRIES = (
    ("Machinery", 260),
    ("Manufacturing", 240),
    ("Electronics", 130),
    ("Food & Beverage", 100),
    ("Chemicals", 90),
    ("Construction", 80),
    ("Shipping", 60),
    ("Healthcare", 40),
)

SOURCES = (
    # source, share that reaches MQL, win factor; LinkedIn is the weak channel
    ("Website", 560, 1050),
    ("Google Ads", 540, 950),
    ("LinkedIn", 380, 480),
    ("Trade Show", 560, 1000),
    ("Referral", 760, 1350),
    ("Partner", 680, 1200),
    ("Cold Call", 420, 800),
)
WEBSITE, GOOGLE_ADS, LINKEDIN, TRADE_SHOW, REFERRAL, PARTNER, COLD_CALL = range(7)
SOURCE_WEIGHTS = np.array(
    # by calendar month: the fairs are in April (Hannover) and September/October
    [
        [300, 190, 150, show, 100, 80, 70]
        for show in (40, 60, 120, 420, 160, 60, 40, 30, 260, 220, 110, 40)
    ]
)
SEASON = np.array(
    # leads by calendar month: summer and Christmas are quiet
    [94, 100, 112, 118, 98, 96, 78, 70, 112, 116, 110, 66]
)
GROWTH = 170
"""Growth of new leads per year, permille."""

MONTHS = np.arange(FIRST_MONTH, LAST_MONTH + 1)
MONTH_WEIGHTS = SEASON[MONTHS % 12] * (12_000 + GROWTH * (MONTHS - FIRST_MONTH))
PRICE_INDEX = np.array([1000, 1040, 1110, 1170])
"""Permille, by calendar year from the year of HISTORY_START."""

STAGES = (
    # canonical name, probability in per cent
    ("Qualification", 10),
    ("Needs Analysis", 25),
    ("Value Proposition", 45),
    ("Proposal/Price Quote", 70),
    ("Negotiation/Review", 90),
    ("Closed Won", 100),
    ("Closed Lost", 0),
)
WON_STAGE, LOST_STAGE = 5, 6
NEW, UPSELL, RENEWAL = range(3)
OPEN, WON, LOST = range(3)

EMPLOYEES = (8, 14, 22, 34, 52, 80, 120, 190, 330, 700, 2600)
SIZE_STEPS = np.array([50, 250, 1000])
SIZE_FACTOR = np.array([620, 1000, 1650, 2600])
"""What a customer of a size class pays, permille."""
SIZE_WIN = np.array([1100, 1000, 950, 850])

MONTHLY_FEE = (180, 300, 420, 560, 720, 900, 1150, 1500, 2200)
SERVICES = (1500, 2500, 3500, 5000, 7000, 10_000, 14_000, 22_000)
EQUIPMENT = (3500, 6000, 9000, 12_000, 16_000, 21_000, 28_000, 42_000, 80_000)
"""Quantiles of prices for a customer of medium size."""

DAYS_TO_MQL = (0, 1, 2, 4, 6, 9, 13, 20, 32)
DAYS_TO_SQL = (0, 1, 3, 5, 8, 12, 18, 30)
DAYS_TO_DEAL = (0, 0, 1, 2, 4, 7, 12)
DAYS_TO_WIN = (3, 16, 27, 37, 47, 58, 72, 92, 125, 240)
DAYS_TO_LOSS = (2, 14, 28, 45, 62, 85, 120, 180, 330)
SIZE_DAYS = np.array([780, 1000, 1250, 1600])
"""How long a deal of a size class takes, permille."""

TERMS = ((12, 760), (24, 160), (36, 80))
"""Contract terms in months."""

PRICE_CHANGES = ((1000, 170), (1040, 430), (1080, 230), (1200, 90), (880, 80))
"""Price factors at renewal in permille; the last one is a contraction."""

RENEWAL_SHARE = 925
WIN_SHARE = 345
REPEAT_SHARE = 880

CAMPAIGN_TYPES = ("Website", "Google Ads", "LinkedIn", "Trade Show", "Partner")
CAMPAIGN_COST = (9_000, 17_000, 21_000, 12_000, 4_500)
"""EUR per quarter in the first year."""

SPEND_CHANNELS = (
    # channel, media EUR a month, agency EUR a month
    ("Website", 2_200, 900),
    ("Google Ads", 5_200, 800),
    ("LinkedIn", 6_400, 900),
    ("Trade Show", 3_000, 400),
    ("Partner", 1_500, 0),
    ("Cold Call", 900, 0),
)

FIRST_NAMES = words("""
    Anna Bernd Carla Dirk Elke Frank Gesa Holger Ines Jan Karin Lukas Maria Nils
    Olga Paul Renate Sven Tanja Ulf Vera Werner Yvonne Axel Birgit Claus Doris Erik
    Frieda Georg Hanna Ingo Jutta Kai Lena Martin Nora Otto Petra Rolf
""")
LAST_NAMES = words("""
    Albers Bauer Conrad Decker Ebert Fischer Graf Hansen Ivers Jahn Kaiser Lorenz
    Maurer Nagel Ott Peters Quandt Richter Sommer Thiel Ulrich Vogel Wagner Zander
    Arndt Berger Claasen Dietz Engel Franke Gross Huber Imhof Jansen Krause Lang
    Mertens Neumann Orth Pohl Rau Seidel Thomas Unger Voss Wolf Ziegler Brandt Ernst
    Fuchs Heinz Kern Moser Paulsen Roth Schulz Stein Weber Winter
""")
FAMILIES = words("""
    Adler Ahrens Amberg Anker Ballin Bardowick Bergmann Birkner Blohm Bodensee
    Brandt Breuer Burgdorf Carstens Dahlmann Deister Dornier Eberle Eckart Eifel
    Elbtal Emsland Erlbach Falkner Feldmann Finke Frisia Gerlach Goslar Grabow Hagen
    Halm Hansa Harzer Heller Hellweg Holthaus Huntemann Isar Jade Kaltenbach Kamp
    Karst Kiefer Klarmann Koppel Kranich Lahntal Landauer Lechner Leine Lindner
    Lippe Lohmann Luhden Mainau Markgraf Mosel Neander Neckar Norder Oder Orlamund
    Osning Peine Quitzow Rabe Ravens Rhoen Rieger Rodach Ruhland Saale Sander
    Schelde Schlei Seewald Selke Sieg Solling Spree Stauf Strehlen Sulm Tauber Teuto
    Trave Uecker Unstrut Vechta Velten Warnow Weil Werra Weser Wieland Wipper Wohld
    Zeven
""")
TRADES = words("""
    Anlagenbau Antriebstechnik Armaturen Automation Backwaren Bautechnik Dichtungen
    Druckguss Elektronik Feinmechanik Fenster Getriebe Holzwerke Hydraulik
    Kunststoff Labortechnik Lacke Logistik Maschinenbau Medizintechnik Metallbau
    Messtechnik Verpackung Werkzeuge
""")
