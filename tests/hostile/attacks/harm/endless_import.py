# Tries to: never end being imported.
# Earns: double 0, greet 2
# Says: Importing double took longer than 1 second
while True:
    pass
