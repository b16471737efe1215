"""Schema history: one numbered SQL file a step."""
