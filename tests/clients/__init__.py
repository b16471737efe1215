"""Real client programs, tried on a real server."""
