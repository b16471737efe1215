"""Hostile input and faults, each test named after its number in the table of docs/security.md."""
