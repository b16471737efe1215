"""Who asks, what they are shown, and what is noted of it. Everything else sees only what a reader may."""
