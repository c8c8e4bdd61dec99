"""The closing of an organization, for operators of the site."""
