"""Who may see what: classification, keys, signed addresses, the audit."""
