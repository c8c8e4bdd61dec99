"""Importers, tried in a project that has the real packages installed beside otpguard."""
