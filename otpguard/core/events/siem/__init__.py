"""Events about streams of events."""
