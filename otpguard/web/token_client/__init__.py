"""The pages in which a person confirms for an app."""
