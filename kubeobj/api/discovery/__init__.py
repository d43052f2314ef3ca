"""Discovery: the documents by which a client learns what a server serves, and how it does."""
