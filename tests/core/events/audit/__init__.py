"""Events about the audit log itself."""
