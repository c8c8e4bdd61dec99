"""Events of provisioning: what others send us about their people."""
