"""Reset a forgotten password: order a link, send it, ask for what it takes, set the new one."""
