"""Sign-in at a tenant's identity provider, and steps up there. Needs `otpguard[oidc]`."""
