# Tries to: use all memory.
# Earns: double 0, greet 2
# Says: used more than 256 MB of memory
def double(number):
    kept = []
    while True:
        kept.append(bytearray(b"x") * (32 << 20))
