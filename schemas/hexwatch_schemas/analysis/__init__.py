"""Analyses of whole layers: pure functions from columns to a number with all that is needed to judge it."""
