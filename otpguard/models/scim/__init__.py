"""The tables of SCIM: what a customer's directory sent, and the tokens that it comes with."""
