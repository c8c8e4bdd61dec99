"""The pure core: values in, values out.

Nothing in this room knows Django, a database, a network, the clock or a source of randomness;
time, keys and random bytes arrive as arguments. The three questions of the product are answered
here: may this pass (`decision`), which way do we send (`routing`), and, later, is this an attack.
"""
