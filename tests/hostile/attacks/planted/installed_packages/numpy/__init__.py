raise RuntimeError("a planted file was run")
