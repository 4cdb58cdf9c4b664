# Tries to: put markup, formulas and control characters into every page.
# Earns: double 0, greet 2
# Says: error:


def double(number):
    name = "=HYPERLINK(1)<img src=x onerror=alert(1)>"
    raise type(name, (Exception,), {})("<script>alert(1)</script>\x1b[2J\u202e\x00\ud800" * 50)
