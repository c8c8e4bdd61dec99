"""Federation: what an identity provider says of a sign-in, and what that proves here."""
