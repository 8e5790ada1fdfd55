"""Several databases behind the same functions: docs/scaling.md."""
