"""Demo data: weeks of made-up customers, through the real hub and the real transformer, by a clock that is set.

    people ─ schedule ─ inbound ▶ hub ─ providers ▶ outcomes ─┐
    campaigns ▶ outcomes ─────────────────────────────────────┴─ stream ▶ journal ▶ transformer ▶ lake

Everything comes from one seeded source of chance, in one order: the same seed gives the same rows.
"""
