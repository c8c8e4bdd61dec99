"""The directory of the caller's tenant over the API: tokens, groups, removals that wait."""
