"""The e-mail address of an account: change it, and undo that by a link to the old one."""
