"""Routes, one file a subject: adding a file to this folder with a `router` adds it to the service."""
