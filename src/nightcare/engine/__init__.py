"""The use cases. Everything outside is passed in, as `ports` states it."""
