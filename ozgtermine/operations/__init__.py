"""The use cases: what people can do here. They take session and now, never commit, and refuse by raising."""
