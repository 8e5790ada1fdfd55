"""The torture: clients that retry until they are answered, everything that can go wrong, and what must hold afterwards.

    python -m tests.torture [--minutes 10] [--seed N] [--output docs/reliability.md]

Everything is this program's own: an embedded server with fsync, the service with its workers behind a proxy, payout
workers, receivers of webhooks. `clients` call and keep what they were answered, `faults` is what is done to them,
`history` compares what was seen with the order of the book, `verdict` asks the book the rest.
"""
