# Tries to: never end being imported.
# Earns: double 0, greet 2
# Says: Importing double took longer than 2 seconds
while True:
    pass
