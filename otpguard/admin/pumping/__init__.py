"""The defense against SMS pumping in the admin: what was decided, why, and what support can do."""
