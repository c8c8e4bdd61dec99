"""Sign-ins at tenants' identity providers by django-allauth, each verified and opened by our rules:
`oidc` and `saml`."""
