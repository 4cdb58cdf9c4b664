"""Shows results to people: gradebook, terminal, a page for each student and one for the class.

Everything here reads results and nothing else: no course, no checks, no student's code.
"""
